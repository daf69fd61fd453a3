#include "fake_host.hpp"
#include "support/catch.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>

namespace {

namespace json = boost::json;

// The way the host loads a provider. Stays loaded for the process's life, as there.
const ecp_provider* load(const std::string& path) {
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) FAIL(dlerror());
    void* const symbol = dlsym(library, "ecp_provider_entry_v1");
    REQUIRE(symbol != nullptr);
    const auto entry = reinterpret_cast<decltype(&ecp_provider_entry_v1)>(symbol);
    const ecp_provider* const table = entry(&fake_host::table);
    REQUIRE(table != nullptr);
    CHECK(entry(&fake_host::table) == table);
    return table;
}

// A started instance of the template at `path`; stopped and destroyed with this.
class running {
public:
    explicit running(const std::string& path, std::string_view options = "{}",
                     const ecp_host& host = fake_host::table)
        : table{load(path)} {
        std::vector<fake_host::finding> findings;
        const ecp_str text = fake_host::text(options);
        REQUIRE(table->create(&host, 1, &text, fake_host::collect, &findings, &self_) == ECP_OK);
        REQUIRE(findings.empty());
        table->start(self_, start_op);
        REQUIRE(only(start_op).status == ECP_OK);
    }
    ~running() {
        table->stop(self_, stop_op);
        CHECK(only(stop_op).status == ECP_OK);
        table->destroy(self_);
    }
    running(const running&) = delete;
    running& operator=(const running&) = delete;

    // The answer to one device call, inside the call or later.
    fake_host::completion ask(ecp_call_fn slot, std::string_view device, std::string_view ns = "default",
                              std::string_view body = {}) {
        const ecp_request request = fake_host::request_for(device, ns, body);
        slot(self_, &request, ++op_);
        return only(op_);
    }

    // `request` has to live until the answer is there.
    void call(ecp_call_fn slot, const ecp_request& request, ecp_op op) const { slot(self_, &request, op); }

    void cancel(ecp_op op) const { table->cancel(self_, op); }

    const ecp_provider* const table;

private:
    static inline ecp_op next_ = 1'000'000;

    static fake_host::completion only(ecp_op op) {
        const auto all = fake_host::wait_for(op);
        REQUIRE(all.size() == 1);
        return all.front();
    }

    const ecp_op start_op = ++next_;
    const ecp_op stop_op = ++next_;
    ecp_op op_ = (++next_) * 1000;
    void* self_ = nullptr;
};

std::string one_template() {
    fake_host::reset();
    return GENERATE(std::string{TEMPLATE_C}, std::string{TEMPLATE_CPP});
}

const std::array known{"line-1-press", "line-2-robot"};

} // namespace

TEST_CASE("template: its table promises what it does", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    const ecp_provider* const table = load(path);
    CHECK(table->struct_size == sizeof(ecp_provider));
    CHECK(table->abi_minor == ECP_ABI_MINOR);
    CHECK(std::string{table->id} == "com.example.inventory");
    CHECK(table->dispatch == ECP_DISPATCH_NONBLOCKING);
    CHECK(table->max_concurrency == ECP_CONCURRENCY_ANY);
    CHECK(table->reserved0 == 0);
    CHECK(json::parse(table->config_schema).at("type") == "object");
}

TEST_CASE("template: a known device gets a complete configuration", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    for (const char* device : known) {
        const auto answer = provider.ask(provider.table->get_configuration, device);
        INFO(answer.body());
        REQUIRE(answer.status == ECP_OK);
        CHECK_FALSE(answer.revision.empty());
        const json::value message = json::parse(answer.body());
        CHECK(message.at("device_id") == device);
        CHECK(message.at("version") == "60");
        const auto& configuration = message.at("configuration");
        CHECK(configuration.at("heartbeat").at("period_seconds") == 60);
        CHECK(configuration.at("heartbeat").at("hardware_profile").is_object());
        CHECK(configuration.at("metrics").at("receiver").at("request_num_samples") == 30000);
        CHECK(configuration.at("metrics").at("receiver").at("timeout_seconds") == 10);
        CHECK(configuration.at("mounts").as_array().empty());
        CHECK(message.at("workloads").as_array().empty());
    }
}

TEST_CASE("template: what devices share of a configuration is not copied", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    const auto one = provider.ask(provider.table->get_configuration, known[0]).addresses;
    const auto other = provider.ask(provider.table->get_configuration, known[1]).addresses;
    REQUIRE(one.size() == other.size());
    // Shared pieces and the device's own take turns.
    for (std::size_t i = 0; i < one.size(); i += 2) CHECK(one[i] == other[i]);
}

TEST_CASE("template: a registration names the true namespace, whatever the path says", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    const auto first = provider.ask(provider.table->get_registration, known[0], "default");
    const auto second = provider.ask(provider.table->get_registration, known[1], "plant-1");
    CHECK(first.status == ECP_OK);
    CHECK(first.body() == R"({"namespace":"plant-1"})");
    CHECK(second.status == ECP_OK);
    CHECK(second.body() == R"({"namespace":"plant-2"})");
}

TEST_CASE("template: the other calls of a known device are fine", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    CHECK(provider.ask(provider.table->enrol, known[0], "plant-1", "{}").status == ECP_OK);
    CHECK(provider.ask(provider.table->put_registration, known[0], "plant-1", "{}").status == ECP_OK);
    CHECK(provider.ask(provider.table->put_heartbeat, known[0], "plant-1", "{}").status == ECP_OK);
    const auto playbooks = provider.ask(provider.table->get_playbooks, known[0], "plant-1");
    CHECK(playbooks.status == ECP_OK);
    CHECK(playbooks.body() == "[]");
}

TEST_CASE("template: an unknown device is denied enrolment and not found elsewhere", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    const auto& t = *provider.table;
    for (const std::string device : {"line-1-pres", "line-1-press-", "x", "."}) {
        INFO(device);
        const auto enrolment = provider.ask(t.enrol, device, "default", "{}");
        CHECK(enrolment.status == ECP_DENIED);
        CHECK_FALSE(enrolment.message.empty());
        for (const auto call : {t.get_configuration, t.get_registration, t.put_registration, t.put_heartbeat,
                                t.get_playbooks}) {
            const auto answer = provider.ask(call, device);
            CHECK(answer.status == ECP_NOT_FOUND);
            CHECK(answer.parts.empty());
            CHECK_FALSE(answer.message.empty());
        }
    }
    REQUIRE(fake_host::record().lines.size() == 4);
    CHECK(fake_host::record().lines[0].fields == fake_host::pairs{{"device", "line-1-pres"}});
}

TEST_CASE("template: the same id in another case exists, and is not found", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path};
    CHECK(provider.ask(provider.table->enrol, "Line-1-Press", "default", "{}").status == ECP_EXISTS);
    CHECK(provider.ask(provider.table->get_configuration, "LINE-1-PRESS").status == ECP_NOT_FOUND);
}

TEST_CASE("template: validate and create agree on the options", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    const ecp_provider* const table = load(path);
    for (const auto& [options, good] :
         std::vector<std::pair<std::string, bool>>{{"{}", true},
                                                   {" {\n\t} \r", true},
                                                   {"{\"period\":1}", true},
                                                   {"{ \"period\" : 3600 }", true},
                                                   {"{\"period\":0}", false},
                                                   {"{\"period\":-1}", false},
                                                   {"{\"period\":3601}", false},
                                                   {"{\"period\":60.5}", false},
                                                   {"{\"period\":\"60\"}", false},
                                                   {"{\"period\":}", false},
                                                   {"{\"period\":60", false},
                                                   {"{\"a\":1}", false},
                                                   {"", false},
                                                   {"[]", false},
                                                   {"{", false},
                                                   {"{}}", false}}) {
        INFO(options);
        const ecp_str cfg = fake_host::text(options);
        std::vector<fake_host::finding> findings;
        CHECK(table->validate(&fake_host::table, &cfg, fake_host::collect, &findings) ==
              (good ? ECP_OK : ECP_INVALID));
        CHECK(findings.size() == (good ? 0u : 1u));
        void* self = nullptr;
        CHECK(table->create(&fake_host::table, 1, &cfg, fake_host::collect, &findings, &self) ==
              (good ? ECP_OK : ECP_INVALID));
        CHECK(findings.size() == (good ? 0u : 2u));
        CHECK((self != nullptr) == good);
        if (self != nullptr) table->destroy(self);
        CHECK(std::ranges::all_of(findings, [](const auto& f) { return f.level == ECP_LOG_ERROR; }));
    }
}

TEST_CASE("template: the option period is what devices get, in another version", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running provider{path, R"({"period":7})"};
    const auto answer = provider.ask(provider.table->get_configuration, known[0]);
    const json::value message = json::parse(answer.body());
    CHECK(message.at("configuration").at("heartbeat").at("period_seconds") == 7);
    CHECK(message.at("version") == "7");
    CHECK(answer.revision == "7");
}

namespace {

std::binary_semaphore reached{0};
std::binary_semaphore may_go_on{0};
constexpr ecp_op held = 11;

// Completes `held` only when the test lets it.
void ECP_CALL complete_held(ecp_op op, const ecp_result* result) {
    if (op == held) {
        reached.release();
        may_go_on.acquire();
    }
    fake_host::table.complete(op, result);
}

} // namespace

TEST_CASE("template: the asynchronous one completes what waits when it is cancelled", "[abi][template]") {
    fake_host::reset();
    ecp_host host = fake_host::table;
    host.complete = complete_held;
    const ecp_request request = fake_host::request_for(known[0]);
    {
        const running provider{TEMPLATE_CPP, "{}", host};
        const auto slot = provider.table->put_heartbeat;
        provider.call(slot, request, held);
        reached.acquire();
        provider.call(slot, request, held + 1);
        provider.call(slot, request, held + 2);
        provider.cancel(held);
        provider.cancel(held + 1);
        provider.cancel(held + 3);
        CHECK(fake_host::wait_for(held + 1).front().status == ECP_CANCELLED);
        may_go_on.release();
    }
    const auto& all = fake_host::record().completions;
    REQUIRE(all.at(held).size() == 1);
    CHECK(all.at(held).front().status == ECP_OK);
    CHECK(all.at(held + 1).size() == 1);
    REQUIRE(all.at(held + 2).size() == 1);
    CHECK(all.at(held + 2).front().status == ECP_OK);
    CHECK_FALSE(all.contains(held + 3));
}

TEST_CASE("template: the asynchronous one is busy when its queue is full", "[abi][template]") {
    fake_host::reset();
    ecp_host host = fake_host::table;
    host.complete = complete_held;
    const ecp_request request = fake_host::request_for(known[0]);
    constexpr ecp_op room = 1024;
    {
        const running provider{TEMPLATE_CPP, "{}", host};
        const auto slot = provider.table->put_heartbeat;
        provider.call(slot, request, held);
        reached.acquire();
        for (ecp_op i = 1; i <= room + 1; ++i) provider.call(slot, request, held + i);
        const auto refused = fake_host::wait_for(held + room + 1).front();
        CHECK(refused.status == ECP_BUSY);
        CHECK(refused.retry_after_ms == 1000);
        may_go_on.release();
    }
    const auto& all = fake_host::record().completions;
    for (ecp_op i = 0; i <= room; ++i) REQUIRE(all.at(held + i).size() == 1);
}

namespace {

// What the thread `id` of this process says of itself under `key`.
std::string told_by_thread(const std::filesystem::path& id, std::string_view key) {
    std::ifstream status{id / "status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(key)) return line.substr(line.find_first_not_of("\t ", key.size()));
    return {};
}

std::set<std::filesystem::path> threads() {
    std::set<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) all.insert(entry.path());
    return all;
}

} // namespace

TEST_CASE("template: the asynchronous one's thread leaves signals to the host", "[abi][template]") {
    fake_host::reset();
    const auto before = threads();
    const running provider{TEMPLATE_CPP};
    auto added = threads();
    for (const auto& id : before) added.erase(id);
    REQUIRE(added.size() == 1);
    const auto blocked = std::stoull(told_by_thread(*added.begin(), "SigBlk:"), nullptr, 16);
    for (const int signal : {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGUSR1, SIGCHLD, SIGALRM}) {
        INFO(signal);
        CHECK((blocked >> (signal - 1) & 1) == 1);
    }
}

TEST_CASE("template: two instances answer side by side, to many threads, all before they stop",
          "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    constexpr ecp_op calls = 250;
    const std::array requests{fake_host::request_for(known[0]), fake_host::request_for(known[1])};
    {
        const running one{path};
        const running other{path};
        std::vector<std::jthread> threads;
        for (ecp_op t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                const running& provider = t % 2 == 0 ? one : other;
                for (ecp_op i = 0; i < calls; ++i)
                    provider.call(provider.table->get_configuration, requests[i % 2], 1 + t * calls + i);
            });
        }
    }
    const auto& all = fake_host::record().completions;
    for (ecp_op op = 1; op <= 4 * calls; ++op) {
        const auto found = all.find(op);
        REQUIRE(found != all.end());
        REQUIRE(found->second.size() == 1);
        REQUIRE(found->second[0].status == ECP_OK);
        REQUIRE(found->second[0].parts[1] == known[(op - 1) % 2]);
    }
}
