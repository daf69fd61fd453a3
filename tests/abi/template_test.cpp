#include "fake_host.hpp"
#include "support/catch.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
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
    explicit running(const std::string& path) : table{load(path)} {
        std::vector<fake_host::finding> findings;
        const ecp_str options = fake_host::text("{}");
        REQUIRE(table->create(&fake_host::table, 1, &options, fake_host::collect, &findings, &self_) ==
                ECP_OK);
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

    // The answer to one device call, which has to come inside the call.
    fake_host::completion ask(ecp_call_fn slot, std::string_view device, std::string_view ns = "default",
                              std::string_view body = {}) {
        const ecp_request request = fake_host::request_for(device, ns, body);
        slot(self_, &request, ++op_);
        return only(op_);
    }

    void call(ecp_call_fn slot, std::string_view device, ecp_op op) const {
        const ecp_request request = fake_host::request_for(device);
        slot(self_, &request, op);
    }

    const ecp_provider* const table;

private:
    static inline ecp_op next_ = 1'000'000;

    static fake_host::completion only(ecp_op op) {
        const auto& all = fake_host::record().completions[op];
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
        CHECK(message.at("version").is_string());
        const auto& configuration = message.at("configuration");
        CHECK(configuration.at("heartbeat").at("period_seconds").to_number<int>() > 0);
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
    for (const auto& [options, good] : std::vector<std::pair<std::string, bool>>{{"{}", true},
                                                                                 {" {\n\t} \r", true},
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

TEST_CASE("template: two instances answer side by side, from many threads", "[abi][template]") {
    const std::string path = one_template();
    INFO(path);
    running one{path};
    running other{path};
    constexpr ecp_op calls = 500;
    {
        std::vector<std::jthread> threads;
        for (ecp_op t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                const running& provider = t % 2 == 0 ? one : other;
                for (ecp_op i = 0; i < calls; ++i)
                    provider.call(provider.table->get_configuration, known[i % 2], 1 + t * calls + i);
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
