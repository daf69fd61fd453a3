// A complete provider for the edgeconf host, to copy and to change: it serves the devices of a
// fixed table. Everything marked YOURS is meant to be replaced; the rest can stay.
//
// <ecp/provider.h> is the contract and <ecp/provider.hpp> keeps exceptions inside. A device call is
// put into a queue, and a thread of the provider's own answers it: there it may wait for a disk or a
// network, while the host's threads go on.
#include <ecp/provider.hpp>

#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace std::string_view_literals;

// ---- YOURS: the store ------------------------------------------------------------------------

struct device {
    std::string_view id;
    std::string_view registration; // answer of get_registration: names the namespace it really lives in
};

constexpr std::array inventory{
    device{"line-1-press", R"({"namespace":"plant-1"})"},
    device{"line-2-robot", R"({"namespace":"plant-2"})"},
};

// The one place that looks a device up. Ids differ when their case does.
const device* find(std::string_view id) {
    const auto found = std::ranges::find(inventory, id, &device::id);
    return found == inventory.end() ? nullptr : &*found;
}

// Ids are ASCII, and so is this: std::tolower would ask the process's locale.
constexpr char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Whether some device's id differs from `id` in case at most.
bool taken_in_another_case(std::string_view id) {
    return std::ranges::any_of(
        inventory, [&](const device& d) { return std::ranges::equal(d.id, id, {}, folded, folded); });
}

// A device acts on what it is sent: a configuration without workloads removes all of them, and one
// without hardware_profile crashes its worker. So each message has every member below, always; the
// version is another one whenever the rest is.
constexpr auto before_id = R"({"device_id":")"sv;
constexpr auto before_version = R"(","version":")"sv;
constexpr auto before_period = R"(","configuration":{"heartbeat":{"hardware_profile":{},"period_seconds":)"sv;
constexpr auto after_period =
    R"(},"metrics":{"receiver":{"request_num_samples":30000,"timeout_seconds":10}},)"
    R"("mounts":[]},"workloads":[]})"sv;

// ---- YOURS: the options ------------------------------------------------------------------------

constexpr auto schema = R"({"type":"object","additionalProperties":false,"properties":{"period":{)"
                        R"("type":"integer","minimum":1,"maximum":3600,"default":60,)"
                        R"("description":"Seconds between two heartbeats of a device."}}})";

// Read them with a JSON parser. For a single number, whose type and range the host has checked
// against the schema, this will do. Nothing: they are something else.
std::optional<int> read_period(std::string_view options) {
    std::string dense{options};
    std::erase_if(dense, [](char c) { return " \t\r\n"sv.find(c) != std::string_view::npos; });
    if (dense == "{}") return 60;
    constexpr auto before = R"({"period":)"sv;
    if (!dense.starts_with(before) || !dense.ends_with('}')) return {};
    const char* const end = dense.data() + dense.size() - 1;
    int period = 0;
    const auto [rest, error] = std::from_chars(dense.data() + before.size(), end, period);
    const bool good = error == std::errc{} && rest == end && period >= 1 && period <= 3600;
    return good ? std::optional{period} : std::nullopt;
}

// ---- an instance ------------------------------------------------------------------------------

// A thread that does what it is given, in order; with all signals blocked, as the host wants it.
template <class Job>
class worker {
public:
    template <class Do>
    void start(Do what) {
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        try {
            thread_ = std::thread{[this, what] {
                while (const auto job = next()) what(*job);
            }};
        } catch (...) {
            pthread_sigmask(SIG_SETMASK, &before, nullptr);
            throw;
        }
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    // False where too much waits already.
    bool add(const Job& job) {
        const std::lock_guard lock{mutex_};
        if (waiting_.size() == most) return false;
        waiting_.push_back(job);
        changed_.notify_one();
        return true;
    }

    // Takes the one for `op` out again; false if it was not waiting any more.
    bool remove(ecp_op op) {
        const std::lock_guard lock{mutex_};
        return std::erase_if(waiting_, [op](const Job& job) { return job.op == op; }) != 0;
    }

    // Returns when all that was given is done.
    void finish() {
        {
            const std::lock_guard lock{mutex_};
            last_ = true;
            changed_.notify_one();
        }
        if (thread_.joinable()) thread_.join();
    }

private:
    static constexpr std::size_t most = 1024;

    std::optional<Job> next() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return last_ || !waiting_.empty(); });
        if (waiting_.empty()) return {};
        const Job job = waiting_.front();
        waiting_.pop_front();
        return job;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> waiting_;
    bool last_ = false;
    std::thread thread_;
};

// The host may run several at once: what one needs is a member, never a variable of the file.
class inventory_provider {
public:
    inventory_provider(ecp::host host, std::string_view options, ecp::diagnostics& found) : host_{host} {
        validate(options, found);
        period_ = std::to_string(read_period(options).value_or(0));
    }

    static void validate(std::string_view options, ecp::diagnostics& found) {
        if (!read_period(options))
            found.error("", "the one option is period, a number of seconds from 1 to 3600");
    }

    // YOURS: connect, load. A back end that is down is no failure: report it with set_health(),
    // complete with ECP_OK and answer ECP_UNAVAILABLE until it is back.
    void start(ecp_op op) {
        worker_.start([this](const job& next) { answer(next); });
        host_.complete(op, ecp::reply{ECP_OK});
    }

    // The host sends nothing any more. What is open is completed first, then the stop.
    void stop(ecp_op op) {
        worker_.finish();
        host_.complete(op, ecp::reply{ECP_OK});
    }

    // One that is being answered ends soon enough. YOURS: code that waits in a loop asks
    // host_.is_cancelled() instead.
    void cancel(ecp_op op) {
        if (worker_.remove(op)) host_.complete(op, ecp::reply{ECP_CANCELLED});
    }

    void get_configuration(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::configuration, request, op);
    }
    void enrol(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::enrolment, request, op);
    }
    void get_registration(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::registration, request, op);
    }
    void put_registration(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::registered, request, op);
    }
    void put_heartbeat(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::heartbeat, request, op);
    }
    void get_playbooks(const ecp_request& request, ecp_op op) {
        enqueue(&inventory_provider::playbooks, request, op);
    }

private:
    // What completes an operation, on the worker.
    using answerer = void (inventory_provider::*)(std::string_view id, ecp_op op) const;

    // The request is the host's, and stays as it is until `op` is completed.
    struct job {
        answerer how;
        const ecp_request* request;
        ecp_op op;
    };

    void enqueue(answerer how, const ecp_request& request, ecp_op op) {
        if (!worker_.add({how, &request, op}))
            host_.complete(op,
                           ecp::reply{ECP_BUSY, "the queue is full"}.retry_after(std::chrono::seconds{1}));
    }

    // The helper sees to exceptions inside calls; on a thread of one's own nobody else does.
    void answer(const job& next) const noexcept {
        try {
            (this->*next.how)(ecp::view(next.request->device_id), next.op);
        } catch (const std::exception& e) {
            host_.complete(next.op, ecp::reply{ECP_INTERNAL, e.what()});
        } catch (...) {
            host_.complete(next.op, ecp::reply{ECP_INTERNAL, "an exception that is no std::exception"});
        }
    }

    // ---- YOURS: the answers. The deadline_ns of a request says how long anybody waits for one.

    void configuration(std::string_view id, ecp_op op) const {
        const auto* found = find(id);
        if (!found) return unknown(op);
        const std::array parts{ecp::str(before_id),   ecp::str(found->id),     ecp::str(before_version),
                               ecp::str(period_),     ecp::str(before_period), ecp::str(period_),
                               ecp::str(after_period)};
        host_.complete(op, ecp::reply{ECP_OK}.body(parts).revision(period_));
    }

    // Devices are not admitted here: who is in the table exists, nobody else ever will. A store
    // that takes new ones answers ECP_CREATED until somebody has approved them.
    void enrolment(std::string_view id, ecp_op op) const {
        if (find(id)) return host_.complete(op, ecp::reply{ECP_OK});
        if (taken_in_another_case(id))
            return host_.complete(op, ecp::reply{ECP_EXISTS, "the id is taken in another case"});
        host_.log(ECP_LOG_INFO, "turned away a device that is not in the inventory", {{"device", id}}, op);
        host_.complete(op, ecp::reply{ECP_DENIED, "the device is not in the inventory"});
    }

    // Never ECP_REMOVED: nothing in here records that somebody took a device out on purpose.
    void registration(std::string_view id, ecp_op op) const {
        const auto* found = find(id);
        if (!found) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK}.body(found->registration));
    }

    // ECP_OK lets the device's certificate out. To hold a device to its key, keep the public key of
    // the first certificate request (in the body) and answer ECP_DENIED to any other.
    void registered(std::string_view id, ecp_op op) const {
        if (!find(id)) return unknown(op);
        host_.log(ECP_LOG_INFO, "registered", {{"device", id}}, op);
        host_.complete(op, ecp::reply{ECP_OK});
    }

    // What the body says of the device's state is dropped.
    void heartbeat(std::string_view id, ecp_op op) const {
        if (!find(id)) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK});
    }

    void playbooks(std::string_view id, ecp_op op) const {
        if (!find(id)) return unknown(op);
        host_.complete(op, ecp::reply{ECP_OK}.body("[]"));
    }

    void unknown(ecp_op op) const {
        host_.complete(op, ecp::reply{ECP_NOT_FOUND, "the device is not in the inventory"});
    }

    ecp::host host_;
    std::string period_; // seconds between two heartbeats, in decimal
    worker<job> worker_;
};

} // namespace

// YOURS: id, version, vendor.
const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<inventory_provider>({
        .id = "com.example.inventory",
        .version = "0.1.0",
        .vendor = "Example",
        .config_schema = schema,
        .dispatch = ECP_DISPATCH_NONBLOCKING,
        .max_concurrency = ECP_CONCURRENCY_ANY,
    });
    return &table;
}
