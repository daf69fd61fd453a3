#include "fake_host.hpp"
#include "support/catch.hpp"

#include <ecp/provider.hpp>

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr ecp_ctx ctx = 7;
constexpr ecp::description about{.id = "test.provider", .version = "1.2.3", .vendor = "Test"};

// What `op` was finished with; exactly once.
fake_host::completion only_completion(ecp_op op) {
    const auto& all = fake_host::record().completions[op];
    REQUIRE(all.size() == 1);
    return all.front();
}

struct bare {
    bare(ecp::host, std::string_view, ecp::diagnostics&) {}
    void start(ecp_op) {}
    void stop(ecp_op) {}
};

// Throws from every operation: what a std::exception says, or a plain number, as the options ask.
class thrower {
public:
    thrower(ecp::host, std::string_view options, ecp::diagnostics&) : number_{options == "number"} {}
    static void validate(std::string_view, ecp::diagnostics&) { throw std::runtime_error{"from validate"}; }
    void start(ecp_op) { fail("from start"); }
    void stop(ecp_op) { fail("from stop"); }
    void reconfigure(std::string_view, ecp_op) { fail("from reconfigure"); }
    void get_configuration(const ecp_request&, ecp_op) { fail("from get_configuration"); }
    void enrol(const ecp_request&, ecp_op) { fail("from enrol"); }
    void get_registration(const ecp_request&, ecp_op) { fail("from get_registration"); }
    void put_registration(const ecp_request&, ecp_op) { fail("from put_registration"); }
    void put_heartbeat(const ecp_request&, ecp_op) { fail("from put_heartbeat"); }
    void get_playbooks(const ecp_request&, ecp_op) { fail("from get_playbooks"); }

private:
    void fail(const char* what) const {
        if (number_) throw 42;
        throw std::runtime_error{what};
    }

    bool number_;
};

// Does in its constructor and in validate what the options name.
class judge {
public:
    static inline int alive = 0;

    judge(ecp::host, std::string_view options, ecp::diagnostics& found) {
        ++alive;
        if (options == "throw") {
            --alive; // a constructor that throws has no destructor
            throw std::runtime_error{"cannot open the store"};
        }
        validate(options, found);
    }
    ~judge() { --alive; }
    judge(const judge&) = delete;
    judge& operator=(const judge&) = delete;

    static void validate(std::string_view options, ecp::diagnostics& found) {
        if (options == "warn" || options == "refuse") found.warn("/old", "is out of use");
        if (options == "refuse") found.error("/path", "is no folder");
    }
    void start(ecp_op) {}
    void stop(ecp_op) {}
};

// Has every optional member, and runs what a test puts into `on_call`.
class complete_class {
public:
    static inline std::function<void(ecp::host, const ecp_request*, ecp_op)> on_call;
    static inline std::vector<std::string> seen;
    static inline const char an_extension = 0;

    complete_class(ecp::host host, std::string_view, ecp::diagnostics&) : host_{host} {}
    static void validate(std::string_view, ecp::diagnostics&) {}
    void start(ecp_op op) { note("start", nullptr, op); }
    void stop(ecp_op op) { note("stop", nullptr, op); }
    void reconfigure(std::string_view options, ecp_op op) {
        seen.emplace_back(options);
        note("reconfigure", nullptr, op);
    }
    void cancel(ecp_op op) { note("cancel", nullptr, op); }
    const void* get_extension(std::string_view id) { return id == "ecp.test/1" ? &an_extension : nullptr; }
    void get_configuration(const ecp_request& r, ecp_op op) { note("get_configuration", &r, op); }
    void enrol(const ecp_request& r, ecp_op op) { note("enrol", &r, op); }
    void get_registration(const ecp_request& r, ecp_op op) { note("get_registration", &r, op); }
    void put_registration(const ecp_request& r, ecp_op op) { note("put_registration", &r, op); }
    void put_heartbeat(const ecp_request& r, ecp_op op) { note("put_heartbeat", &r, op); }
    void get_playbooks(const ecp_request& r, ecp_op op) { note("get_playbooks", &r, op); }

private:
    void note(const char* name, const ecp_request* request, ecp_op op) {
        seen.emplace_back(name);
        if (on_call) on_call(host_, request, op);
    }

    ecp::host host_;
};

// Inherits its calls, and has one that is none: `list` takes something else.
class heir : public complete_class {
public:
    using complete_class::complete_class;
    void list(int) {}
};

// Offers administration in part, and inherits a call of it.
struct administered_base {
    static inline const ecp_resource_request* seen = nullptr;
    void put(const ecp_resource_request& r, ecp_op) { seen = &r; }
};
struct administered : bare, administered_base {
    using bare::bare;
    void invoke(const ecp_resource_request&, ecp_op) { throw std::runtime_error{"from invoke"}; }

private:
    void get(const ecp_resource_request&, ecp_op) {}
};

constexpr ecp_provider bare_table = ecp::table<bare>(about);
constexpr ecp_provider thrower_table = ecp::table<thrower>(about);
constexpr ecp_provider judge_table = ecp::table<judge>(about);
constexpr ecp_provider full_table = ecp::table<complete_class>(about);
constexpr ecp_provider heir_table = ecp::table<heir>(about);
constexpr ecp_provider administered_table = ecp::table<administered>(about);
constexpr ecp_ext_resources administration = ecp::resources<administered>("{}");

struct named_call {
    const char* name;
    ecp_call_fn ecp_provider::*slot;
};

constexpr std::array device_calls{
    named_call{"get_configuration", &ecp_provider::get_configuration},
    named_call{"enrol", &ecp_provider::enrol},
    named_call{"get_registration", &ecp_provider::get_registration},
    named_call{"put_registration", &ecp_provider::put_registration},
    named_call{"put_heartbeat", &ecp_provider::put_heartbeat},
    named_call{"get_playbooks", &ecp_provider::get_playbooks},
};

// An instance, destroyed with this.
class made {
public:
    explicit made(const ecp_provider& table, std::string_view options = "{}") : table_{table} {
        fake_host::reset();
        complete_class::seen.clear();
        complete_class::on_call = nullptr;
        const ecp_str cfg = ecp::str(options);
        status = table.create(&fake_host::table, ctx, &cfg, fake_host::collect, &findings, &self);
    }
    ~made() {
        if (self != nullptr) table_.destroy(self);
    }
    made(const made&) = delete;
    made& operator=(const made&) = delete;

    ecp_status status;
    void* self = nullptr;
    std::vector<fake_host::finding> findings;

private:
    const ecp_provider& table_;
};

// Runs `body` inside a device call for op 1.
void inside_a_call(std::function<void(ecp::host, ecp_op)> body) {
    const made one{full_table};
    REQUIRE(one.status == ECP_OK);
    complete_class::on_call = [&](ecp::host host, const ecp_request*, ecp_op op) { body(host, op); };
    const ecp_request request = fake_host::request_for("dev-1");
    full_table.get_configuration(one.self, &request, 1);
    complete_class::on_call = nullptr;
}

} // namespace

TEST_CASE("provider.hpp: a table carries its size, its minor and the description", "[abi][helper]") {
    constexpr ecp_provider table = ecp::table<bare>({.id = "a.b",
                                                     .version = "2",
                                                     .vendor = "V",
                                                     .config_schema = "{}",
                                                     .dispatch = ECP_DISPATCH_NONBLOCKING,
                                                     .max_concurrency = 5,
                                                     .flags = ECP_PROVIDER_EXCLUSIVE});
    CHECK(table.struct_size == sizeof(ecp_provider));
    CHECK(table.abi_minor == ECP_ABI_MINOR);
    CHECK(std::string{table.id} == "a.b");
    CHECK(std::string{table.version} == "2");
    CHECK(std::string{table.vendor} == "V");
    CHECK(std::string{table.config_schema} == "{}");
    CHECK(table.dispatch == ECP_DISPATCH_NONBLOCKING);
    CHECK(table.max_concurrency == 5);
    CHECK(table.flags == ECP_PROVIDER_EXCLUSIVE);
    CHECK(table.reserved0 == 0);
}

TEST_CASE("provider.hpp: a description's defaults are right for a provider that blocks", "[abi][helper]") {
    CHECK(bare_table.dispatch == ECP_DISPATCH_BLOCKING);
    CHECK(bare_table.max_concurrency == ECP_CONCURRENCY_ONE);
    CHECK(bare_table.config_schema == nullptr);
    CHECK(bare_table.flags == 0);
}

TEST_CASE("provider.hpp: what a class lacks is NULL in its table, what it has is not", "[abi][helper]") {
    for (const auto& call : device_calls) {
        INFO(call.name);
        CHECK(bare_table.*call.slot == nullptr);
        CHECK(full_table.*call.slot != nullptr);
    }
    CHECK(bare_table.validate == nullptr);
    CHECK(bare_table.reconfigure == nullptr);
    CHECK(bare_table.cancel == nullptr);
    CHECK(bare_table.get_extension == nullptr);
    CHECK(full_table.validate != nullptr);
    CHECK(full_table.reconfigure != nullptr);
    CHECK(full_table.cancel != nullptr);
    CHECK(full_table.get_extension != nullptr);
    for (const ecp_provider* table : {&bare_table, &full_table}) {
        CHECK(table->create != nullptr);
        CHECK(table->start != nullptr);
        CHECK(table->stop != nullptr);
        CHECK(table->destroy != nullptr);
    }
}

TEST_CASE("provider.hpp: each slot calls the member of its name", "[abi][helper]") {
    const made one{full_table};
    const ecp_request request = fake_host::request_for("dev-1");
    const ecp_str options = ecp::str(R"({"a":1})");
    std::vector<std::string> expected;
    for (const auto& call : device_calls) {
        (full_table.*call.slot)(one.self, &request, 1);
        expected.emplace_back(call.name);
    }
    full_table.start(one.self, 2);
    full_table.stop(one.self, 3);
    full_table.cancel(one.self, 4);
    full_table.reconfigure(one.self, &options, 5);
    for (const char* name : {"start", "stop", "cancel", R"({"a":1})", "reconfigure"})
        expected.emplace_back(name);
    CHECK(complete_class::seen == expected);
    CHECK(full_table.get_extension(one.self, "ecp.test/1") == &complete_class::an_extension);
    CHECK(full_table.get_extension(one.self, "ecp.test/1x") == nullptr);
}

TEST_CASE("provider.hpp: a class may inherit its calls", "[abi][helper]") {
    const made one{heir_table};
    const ecp_request request = fake_host::request_for("dev-1");
    std::vector<std::string> expected;
    for (const auto& call : device_calls) {
        INFO(call.name);
        REQUIRE(heir_table.*call.slot != nullptr);
        (heir_table.*call.slot)(one.self, &request, 1);
        expected.emplace_back(call.name);
    }
    CHECK(complete_class::seen == expected);
    CHECK(heir_table.reconfigure != nullptr);
}

TEST_CASE("provider.hpp: a table of resources has what the class offers of it", "[abi][helper]") {
    CHECK(administration.struct_size == sizeof(ecp_ext_resources));
    CHECK(std::string{administration.kinds} == "{}");
    CHECK(administration.invoke != nullptr);
    CHECK(administration.put != nullptr);
    CHECK(administration.get == nullptr); // private
    CHECK(administration.list == nullptr);
    CHECK(administration.remove == nullptr);
    CHECK(administration.watch == nullptr);
    CHECK(ecp::resources<heir>("{}").list == nullptr);

    const made one{administered_table};
    ecp_resource_request request{};
    request.struct_size = sizeof request;
    administration.put(one.self, &request, 1);
    CHECK(administered_base::seen == &request);
}

TEST_CASE("provider.hpp: an exception from an administrator's call completes it as internal",
          "[abi][helper]") {
    const made one{administered_table};
    const ecp_resource_request request{};
    administration.invoke(one.self, &request, 3);
    CHECK(only_completion(3).status == ECP_INTERNAL);
    CHECK(only_completion(3).message == "from invoke");
}

TEST_CASE("provider.hpp: an exception from a device call completes it as internal", "[abi][helper]") {
    const made one{thrower_table};
    const made other{thrower_table, "number"};
    const ecp_request request = fake_host::request_for("dev-1");
    ecp_op op = 0;
    for (const auto& call : device_calls) {
        INFO(call.name);
        (thrower_table.*call.slot)(one.self, &request, ++op);
        const auto said = only_completion(op);
        CHECK(said.status == ECP_INTERNAL);
        CHECK(said.message == std::string{"from "} + call.name);
        CHECK(said.struct_size == sizeof(ecp_result));

        (thrower_table.*call.slot)(other.self, &request, ++op);
        const auto number = only_completion(op);
        CHECK(number.status == ECP_INTERNAL);
        CHECK_FALSE(number.message.empty());
    }
}

TEST_CASE("provider.hpp: an exception from the life cycle completes it as internal", "[abi][helper]") {
    const made one{thrower_table};
    const ecp_str options = ecp::str("{}");
    thrower_table.start(one.self, 1);
    thrower_table.reconfigure(one.self, &options, 2);
    thrower_table.stop(one.self, 3);
    const std::array messages{"from start", "from reconfigure", "from stop"};
    for (ecp_op op = 1; op <= 3; ++op) {
        const auto said = only_completion(op);
        CHECK(said.status == ECP_INTERNAL);
        CHECK(said.message == messages[op - 1]);
    }
}

TEST_CASE("provider.hpp: a constructor that throws is a finding, and leaves nothing", "[abi][helper]") {
    const made one{judge_table, "throw"};
    CHECK(one.status == ECP_INTERNAL);
    CHECK(one.self == nullptr);
    CHECK(judge::alive == 0);
    REQUIRE(one.findings.size() == 1);
    CHECK(one.findings[0].level == ECP_LOG_ERROR);
    CHECK(one.findings[0].place.empty());
    CHECK(one.findings[0].message == "cannot open the store");
}

TEST_CASE("provider.hpp: an error among the diagnostics refuses the options", "[abi][helper]") {
    const made one{judge_table, "refuse"};
    CHECK(one.status == ECP_INVALID);
    CHECK(one.self == nullptr);
    CHECK(judge::alive == 0);
    REQUIRE(one.findings.size() == 2);
    CHECK(one.findings[0].level == ECP_LOG_WARN);
    CHECK(one.findings[1].level == ECP_LOG_ERROR);
    CHECK(one.findings[1].place == "/path");
    CHECK(one.findings[1].message == "is no folder");
}

TEST_CASE("provider.hpp: a warning is passed on and refuses nothing", "[abi][helper]") {
    {
        const made one{judge_table, "warn"};
        CHECK(one.status == ECP_OK);
        CHECK(one.self != nullptr);
        CHECK(judge::alive == 1);
        CHECK(one.findings.size() == 1);
    }
    CHECK(judge::alive == 0); // destroy ends the object
}

TEST_CASE("provider.hpp: validate says what the constructor would", "[abi][helper]") {
    std::vector<fake_host::finding> findings;
    const auto verdict = [&](const ecp_provider& table, std::string_view options) {
        const ecp_str cfg = ecp::str(options);
        findings.clear();
        return table.validate(&fake_host::table, &cfg, fake_host::collect, &findings);
    };
    CHECK(verdict(judge_table, "{}") == ECP_OK);
    CHECK(findings.empty());
    CHECK(verdict(judge_table, "warn") == ECP_OK);
    CHECK(verdict(judge_table, "refuse") == ECP_INVALID);
    CHECK(findings.size() == 2);
    CHECK(judge::alive == 0); // no instance for a verdict

    CHECK(verdict(thrower_table, "{}") == ECP_INVALID);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].level == ECP_LOG_ERROR);
    CHECK(findings[0].message == "from validate");
}

TEST_CASE("provider.hpp: a reply's parts, revision and details arrive as given", "[abi][helper]") {
    inside_a_call([](ecp::host host, ecp_op op) {
        const std::array parts{ecp::str("{\"a\":"), ecp::str("1"), ecp::str("}")};
        host.complete(op, ecp::reply{ECP_INVALID, "does not fit"}
                              .body(parts)
                              .revision("r-9")
                              .retry_after(std::chrono::seconds{2})
                              .detail("/a", "is too small")
                              .detail("/b", "is missing"));
    });
    const auto got = only_completion(1);
    CHECK(got.struct_size == sizeof(ecp_result));
    CHECK(got.status == ECP_INVALID);
    CHECK(got.message == "does not fit");
    CHECK(got.parts == std::vector<std::string>{"{\"a\":", "1", "}"});
    CHECK(got.revision == "r-9");
    CHECK(got.next_page.empty());
    CHECK(got.retry_after_ms == 2000);
    CHECK(got.details == fake_host::pairs{{"/a", "is too small"}, {"/b", "is missing"}});
}

TEST_CASE("provider.hpp: a body in one piece is one part, no body is none", "[abi][helper]") {
    SECTION("one") {
        inside_a_call([](ecp::host host, ecp_op op) { host.complete(op, ecp::reply{ECP_OK}.body("[]")); });
        CHECK(only_completion(1).parts == std::vector<std::string>{"[]"});
    }
    SECTION("none") {
        inside_a_call([](ecp::host host, ecp_op op) { host.complete(op, ecp::reply{ECP_OK}); });
        const auto got = only_completion(1);
        CHECK(got.parts.empty());
        CHECK(got.details.empty());
        CHECK(got.retry_after_ms == 0);
    }
    SECTION("the later one holds") {
        inside_a_call([](ecp::host host, ecp_op op) {
            const std::array parts{ecp::str("old"), ecp::str("er")};
            host.complete(op, ecp::reply{ECP_OK}.body(parts).body("newer"));
        });
        CHECK(only_completion(1).body() == "newer");
    }
}

TEST_CASE("provider.hpp: a call may be completed after it has returned", "[abi][helper]") {
    const made one{full_table};
    ecp::host kept{nullptr, 0};
    complete_class::on_call = [&](ecp::host host, const ecp_request*, ecp_op) { kept = host; };
    const ecp_request request = fake_host::request_for("dev-1");
    full_table.put_heartbeat(one.self, &request, 1);
    CHECK(fake_host::record().completions.empty());
    kept.complete(1, ecp::reply{ECP_OK});
    CHECK(only_completion(1).status == ECP_OK);
}

TEST_CASE("provider.hpp: a throw after completing is a second completion, for the host to count",
          "[abi][helper]") {
    const made one{full_table};
    complete_class::on_call = [](ecp::host host, const ecp_request*, ecp_op op) {
        host.complete(op, ecp::reply{ECP_OK});
        throw std::runtime_error{"too late"};
    };
    const ecp_request request = fake_host::request_for("dev-1");
    full_table.put_heartbeat(one.self, &request, 1);
    const auto& all = fake_host::record().completions[1];
    REQUIRE(all.size() == 2);
    CHECK(all[0].status == ECP_OK);
    CHECK(all[1].status == ECP_INTERNAL);
}

TEST_CASE("provider.hpp: the request arrives as the host made it", "[abi][helper]") {
    const made one{full_table};
    const ecp_request request = fake_host::request_for("dev-1", "plant-1", "{}");
    const ecp_request* seen = nullptr;
    complete_class::on_call = [&](ecp::host, const ecp_request* r, ecp_op) { seen = r; };
    full_table.enrol(one.self, &request, 1);
    CHECK(seen == &request);
    CHECK(ecp::view(request.device_id) == "dev-1");
    CHECK(ecp::view(request.ns) == "plant-1");
    CHECK(ecp::view(ecp_str{nullptr, 0}).empty());
}

TEST_CASE("provider.hpp: a log line reaches the host with its op and fields, if wanted", "[abi][helper]") {
    inside_a_call([](ecp::host host, ecp_op op) {
        fake_host::record().level = ECP_LOG_WARN;
        host.log(ECP_LOG_INFO, "not wanted");
        host.log(ECP_LOG_WARN, "wanted", {{"device", "dev-1"}, {"try", "2"}}, op);
    });
    const auto& lines = fake_host::record().lines;
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].ctx == ctx);
    CHECK(lines[0].level == ECP_LOG_WARN);
    CHECK(lines[0].op == 1);
    CHECK(lines[0].message == "wanted");
    CHECK(lines[0].fields == fake_host::pairs{{"device", "dev-1"}, {"try", "2"}});
}

TEST_CASE("provider.hpp: clock, cancellation, health, metrics and extensions are the host's",
          "[abi][helper]") {
    inside_a_call([](ecp::host host, ecp_op op) {
        CHECK(host.now_ns() == 42);
        CHECK_FALSE(host.is_cancelled(op));
        fake_host::record().cancelled = op;
        CHECK(host.is_cancelled(op));
        host.set_health(ECP_HEALTH_DOWN, "no route");
        const auto metric = host.metric(ECP_METRIC_COUNTER, "lookups_total", "Lookups");
        host.record(metric, 1.5);
        CHECK(host.extension("ecp.host.test/1") == &fake_host::detail::an_extension);
        CHECK(host.extension("ecp.host.test/2") == nullptr);
    });
    const auto& r = fake_host::record();
    CHECK(r.health == std::vector<std::pair<std::int32_t, std::string>>{{ECP_HEALTH_DOWN, "no route"}});
    CHECK(r.metrics == std::vector<std::pair<std::string, std::string>>{{"lookups_total", "Lookups"}});
    CHECK(r.recorded == std::vector<std::pair<std::uint32_t, double>>{{1u, 1.5}});
}
