#include "check/instance.hpp"

#include "check/activity.hpp"
#include "check/held_time.hpp"
#include "check/opened_library.hpp"
#include "check/patience.hpp"
#include "check/prepared_options.hpp"
#include "check/provider_call.hpp"
#include "check/received.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace edgeconf::check {
namespace {

constexpr std::uint32_t most_callers = 8;
constexpr std::size_t most_findings = 1000;
constexpr std::chrono::seconds last_calls_time{1}; // plugin_provider's

ecp_str borrow(const std::string& s) { return {s.c_str(), s.size()}; }

void ECP_CALL collect_finding(void* arg, std::int32_t level, const ecp_str* pointer,
                              const ecp_str* message) noexcept {
    auto& made = *static_cast<judgement*>(arg);
    if (made.findings.size() >= most_findings) return;
    std::string fault;
    option_finding told{level, received_text(pointer, fault), received_text(message, fault)};
    if (!fault.empty()) told.message += " (its text " + fault + ")";
    made.findings.push_back(std::move(told));
}

ecp_call_fn function_of(const ecp_provider& table, operation op) noexcept {
    switch (op) {
    case operation::enrol: return table.enrol;
    case operation::get_registration: return table.get_registration;
    case operation::put_registration: return table.put_registration;
    case operation::get_configuration: return table.get_configuration;
    case operation::put_heartbeat: return table.put_heartbeat;
    case operation::get_playbooks: return table.get_playbooks;
    }
    return nullptr;
}

void complete_as_host(ecp_op op, ecp_status status) {
    ecp_result made{};
    made.struct_size = sizeof made;
    made.status = status;
    stand_in_host::get().table()->complete(op, &made);
}

std::uint64_t on_clock(clock::time_point at) {
    return static_cast<std::uint64_t>(at.time_since_epoch() / std::chrono::nanoseconds{1});
}

} // namespace

bool judgement::has_error() const {
    return std::any_of(findings.begin(), findings.end(),
                       [](const option_finding& f) { return f.level >= ECP_LOG_ERROR; });
}

judgement validate_options(const ecp_provider& table, std::string_view options) {
    judgement made;
    if (table.validate == nullptr) {
        made.status = ECP_OK;
        return made;
    }
    const std::string text{options};
    const auto cfg = borrow(text);
    const activity here{"validate"};
    made.status = call_provider(table.validate, stand_in_host::get().table(), &cfg, &collect_finding, &made);
    return made;
}

bool may_answer(operation op, ecp_status status) noexcept {
    switch (status) {
    case ECP_OK:
    case ECP_CANCELLED:
    case ECP_INVALID:
    case ECP_DEADLINE:
    case ECP_BUSY:
    case ECP_UNAVAILABLE:
    case ECP_UNIMPLEMENTED:
    case ECP_CORRUPT:
    case ECP_INTERNAL: return true;
    case ECP_NOT_FOUND: return op != operation::enrol;
    case ECP_CREATED:
    case ECP_EXISTS: return op == operation::enrol;
    case ECP_REMOVED: return op == operation::get_registration;
    case ECP_PRECONDITION: return op == operation::put_registration;
    case ECP_DENIED: return op == operation::enrol || op == operation::put_registration;
    default: return false;
    }
}

// Shared with callers that may never come back.
struct instance::calls_inside {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t begun = 0;    // not yet returned; the ones that wait for a caller too
    std::set<ecp_op> waiting; // for a caller
    std::vector<std::chrono::nanoseconds> times;
};

instance::instance(trial& in, std::string name, const ecp_host* host)
    : in_{in}, name_{std::move(name)}, host_{host == nullptr ? stand_in_host::get().table() : host},
      table_{table_of(in, host_)}, ctx_{stand_in_host::get().add_instance(name_)},
      inside_{std::make_shared<calls_inside>()}, callers_{std::make_unique<boost::asio::thread_pool>(
                                                     std::clamp(table_.max_concurrency, 1U, most_callers))} {}

instance::~instance() {
    try {
        if (!abandoned_ && !in_.has_failed() && started_ && !stopped_) stop();
        if (!abandoned_ && !in_.has_failed() && self_ != nullptr) destroy();
    } catch (const given_up&) { // is told already
    }
    const std::lock_guard lock{inside_->mutex};
    if (inside_->begun != 0) static_cast<void>(callers_.release()); // to join it would take for ever
}

judgement instance::create(std::string_view options) {
    judgement made;
    const std::string text{options};
    const auto cfg = borrow(text);
    const activity here{"create"};
    made.status = call_provider(table_.create, host_, ctx_, &cfg, &collect_finding, &made, &self_);
    if (made.status != ECP_OK) self_ = nullptr;
    return made;
}

answer instance::life(std::string_view what, void(ECP_CALL* function)(void*, ecp_op),
                      std::function<void()> at_completion) {
    const auto op =
        stand_in_host::get().open(ctx_, fmt::format("{} of {}", what, name_), std::move(at_completion));
    {
        const activity here{what};
        call_provider(function, self_, op);
    }
    return wait(op);
}

answer instance::start() {
    started_ = true;
    return life("start", table_.start);
}

answer instance::reconfigure(std::string_view options) {
    const auto op = stand_in_host::get().open(ctx_, fmt::format("reconfigure of {}", name_));
    {
        const std::string text{options}; // borrowed until the function returns
        const auto cfg = borrow(text);
        const activity here{"reconfigure"};
        call_provider(table_.reconfigure, self_, &cfg, op);
    }
    return wait(op);
}

answer instance::stop() {
    stopped_ = true;
    {
        std::unique_lock lock{inside_->mutex};
        const auto most = std::min(soon(in_), clock::now() + last_calls_time);
        inside_->changed.wait_until(lock, most, [&] { return inside_->begun == 0; });
    }
    return life("stop", table_.stop, [ctx = ctx_] { stand_in_host::get().stopped(ctx); });
}

void instance::destroy() {
    wait_until_returned();
    const activity here{"destroy"};
    call_provider(table_.destroy, std::exchange(self_, nullptr));
}

void instance::run() {
    const auto made = create(prepared_options(in_, table_));
    if (made.status != ECP_OK)
        in_.give_up("create answers {}{}", name_of(made.status),
                    made.findings.empty() ? "" : ": " + made.findings.front().message);
    const auto began = start();
    if (began.status != ECP_OK)
        in_.give_up("start is completed with {}{}", name_of(began.status),
                    began.message.empty() ? "" : ": " + began.message);
}

bool instance::has(operation op) const noexcept { return function_of(table_, op) != nullptr; }

answer instance::call(operation op, std::string_view device_id, std::string_view body) {
    device_request request;
    request.op = op;
    request.device_id = device_id;
    request.body = body;
    return call(std::move(request));
}

answer instance::call(device_request request) { return wait(begin(std::move(request))); }

ecp_op instance::begin(device_request request) {
    const auto name = fmt::format("{} of {}", edgeconf::name(request.op), request.device_id);
    request_content content;
    content.ns = request.ns;
    content.device_id = request.device_id;
    content.body = request.body;
    content.trace = request.trace;
    content.flags = request.flags;
    content.more_bytes = request.more_bytes;
    if (request.time.count() != 0) content.deadline_ns = on_clock(clock::now() + request.time);
    const auto memory = std::make_shared<request_memory>(content);
    auto at_completion = request.revoke_when_completed ? std::function<void()>{[memory] { memory->revoke(); }}
                                                       : std::function<void()>{};
    const auto op = stand_in_host::get().open(ctx_, name, std::move(at_completion));
    const auto function = function_of(table_, request.op);
    if (function == nullptr) { // the host's own answer
        complete_as_host(op, ECP_UNIMPLEMENTED);
        return op;
    }
    {
        const std::lock_guard lock{inside_->mutex};
        ++inside_->begun;
        inside_->waiting.insert(op);
    }
    if (request.cancelled_on_arrival) stand_in_host::get().cancel(op);
    auto make = [function, self = self_, memory, op, name, inside = inside_] {
        bool wanted = true;
        {
            const std::lock_guard lock{inside->mutex};
            wanted = inside->waiting.erase(op) != 0;
            inside->changed.notify_all();
        }
        std::optional<std::chrono::nanoseconds> time;
        if (wanted) {
            const activity here{name};
            const held_time held;
            call_provider(function, self, memory->get(), op);
            time = held.so_far();
        } else {
            complete_as_host(op, ECP_CANCELLED);
        }
        const std::lock_guard lock{inside->mutex};
        --inside->begun;
        if (time) inside->times.push_back(*time);
        inside->changed.notify_all();
    };
    if (request.on_this_thread)
        make();
    else
        boost::asio::post(*callers_, std::move(make));
    return op;
}

std::optional<answer> instance::wait_until(ecp_op op, clock::time_point until) {
    return stand_in_host::get().wait(op, until);
}

answer instance::wait(ecp_op op) {
    const activity here{stand_in_host::get().name(op), "waiting for "};
    auto given = stand_in_host::get().wait(op, soon(in_));
    if (!given) {
        const auto open = stand_in_host::get().open_operations();
        in_.give_up("not completed within {:.3g} s: {}{}", in_.about().patience.count(),
                    open.empty() ? std::string{"an operation"} : open.front(),
                    open.size() > 1 ? fmt::format(" and {} others", open.size() - 1) : std::string{});
    }
    return *std::move(given);
}

void instance::cancel(ecp_op op) {
    stand_in_host::get().cancel(op);
    {
        const std::lock_guard lock{inside_->mutex};
        if (inside_->waiting.erase(op) != 0) return;
    }
    if (table_.cancel == nullptr || stand_in_host::get().completions(op) != 0) return;
    const activity here{"cancel"};
    call_provider(table_.cancel, self_, op);
}

void instance::wait_until_returned() {
    std::unique_lock lock{inside_->mutex};
    if (inside_->changed.wait_until(lock, soon(in_), [&] { return inside_->begun == 0; })) return;
    in_.give_up("{} calls have not returned within {:.3g} s", inside_->begun, in_.about().patience.count());
}

void instance::wait_until_called(clock::time_point until) {
    std::unique_lock lock{inside_->mutex};
    inside_->changed.wait_until(lock, until, [&] { return inside_->waiting.empty(); });
}

std::vector<std::chrono::nanoseconds> instance::take_call_times() {
    const std::lock_guard lock{inside_->mutex};
    return std::exchange(inside_->times, {});
}

ecp_ext_resources instance::resources() {
    ecp_ext_resources known{};
    if (table_.get_extension == nullptr) return known;
    const activity here{"get_extension"};
    const auto* given =
        static_cast<const ecp_ext_resources*>(call_provider(table_.get_extension, self_, ECP_EXT_RESOURCES));
    if (given != nullptr) std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    return known;
}

answer instance::administer(ecp_resource_fn function, std::string_view name, ecp_resource_request request) {
    request.struct_size = sizeof request;
    request.deadline_ns = on_clock(clock::now() + std::chrono::seconds{60});
    const auto op = stand_in_host::get().open(ctx_, std::string{name});
    {
        const activity here{name};
        call_provider(function, self_, &request, op);
    }
    return wait(op); // the request is the caller's until then
}

} // namespace edgeconf::check
