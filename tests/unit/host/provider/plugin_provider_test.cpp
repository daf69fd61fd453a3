#include "unit/host/provider/scripted_provider.hpp"
#include "unit/host/provider/waiting.hpp"

#include "provider/plugin_provider.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace edgeconf;
using namespace edgeconf::provider;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Catch::Contains;

namespace {

constexpr std::uint32_t many = ECP_CONCURRENCY_ANY;

// Long enough never to come.
provider_limits patient() { return {1h, 1h, 1h, 2, 16, 1}; }

device_call a_call(operation op = operation::get_configuration) { return {op, "ns", "camera", "{}", ""}; }

// A host with one thread and one scripted provider. The provider's threads end with it: what they touch
// is declared before it, or a copy.
struct rig {
    std::ostringstream written;
    observe::logger log{observe::level::trace, observe::log_format::text, written};
    observe::health health;
    scripted_provider script;
    asio::io_context context{1};
    op_table::handle table = op_table::claim(context);
    findings found;
    std::unique_ptr<plugin_provider> provider;

    bool create(provider_limits limits = patient(), std::uint32_t dispatch = ECP_DISPATCH_BLOCKING,
                std::uint32_t concurrency = many) {
        provider = std::make_unique<plugin_provider>(scripted_provider::library(dispatch, concurrency),
                                                     limits, instance_sinks{"scripted", &log, &health});
        return run(context, provider->create(*table, R"({"a":1})", found)).has_value();
    }
    result<void> start() { return run(context, provider->start(*table)); }
    result<answer> call(operation op = operation::get_configuration) {
        return run(context, provider->call(*table, a_call(op)));
    }
    // Hands a call to the provider or its workers, unless it is refused: then `into` says so. Its deadline
    // cannot pass before the context runs again, however busy the machine.
    void begin_call(std::optional<result<answer>>& into) {
        spawn(context, provider->call(*table, a_call()), into);
        context.restart();
        while (!into.has_value() && provider->statistics().in_flight == 0) context.run_one();
    }
    bool stop() { return run(context, provider->stop(*table)); }
    std::uint64_t violated(violation what) const { return violations(script.context(), what); }
};

} // namespace

TEST_CASE("plugin_provider: an instance is created, started, called, stopped and destroyed, in that order",
          "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    CHECK(r.script.names() == std::vector<std::string>{R"(create {"a":1})"});
    REQUIRE(r.start().has_value());
    REQUIRE(r.call().has_value());
    CHECK(r.stop());
    const std::vector<std::string> whole{R"(create {"a":1})", "start", "call", "stop", "destroy"};
    CHECK(r.script.names() == whole);
    r.provider.reset();
    CHECK(r.script.names() == whole); // destroyed once
    CHECK(r.found.empty());
}

TEST_CASE("plugin_provider: the life cycle has one thread to itself", "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    REQUIRE(r.start().has_value());
    CHECK(r.stop());
    const auto life = r.script.first("start").on;
    CHECK(life != std::this_thread::get_id());
    CHECK(r.script.events().front().on == life);
    CHECK(r.script.first("stop").on == life);
    CHECK(r.script.first("destroy").on == life);
}

TEST_CASE("plugin_provider: a call that may block is made on a worker, one that may not on its own thread",
          "[provider][plugin_provider]") {
    struct row {
        std::uint32_t dispatch;
        std::uint32_t concurrency;
        std::uint32_t io_threads;
        bool inline_call;
    };
    const auto c = GENERATE(values<row>({
        {ECP_DISPATCH_BLOCKING, many, 1, false},
        {ECP_DISPATCH_BLOCKING, ECP_CONCURRENCY_ONE, 1, false},
        {ECP_DISPATCH_NONBLOCKING, many, 8, true},
        {ECP_DISPATCH_NONBLOCKING, 3, 2, true},
        {ECP_DISPATCH_NONBLOCKING, 2, 2, false}, // none would be left for a worker
        {ECP_DISPATCH_NONBLOCKING, 1, 2, false}, // two threads would be one too many
        {ECP_DISPATCH_NONBLOCKING, ECP_CONCURRENCY_ONE, 2, false},
        {7, many, 1, false}, // a way that is not known
    }));
    INFO(c.dispatch << " " << c.concurrency << " " << c.io_threads);
    rig r;
    auto limits = patient();
    limits.io_threads = c.io_threads;
    REQUIRE(r.create(limits, c.dispatch, c.concurrency));
    REQUIRE(r.start().has_value());
    REQUIRE(r.call().has_value());
    const auto on = r.script.first("call").on;
    CHECK((on == std::this_thread::get_id()) == c.inline_call);
    CHECK(on != r.script.first("start").on);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: an answer carries what the provider said", "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = [&](const ecp_request& request, ecp_op op) {
        const bool right = std::string{request.device_id.ptr, request.device_id.len} == "camera" &&
                           std::string{request.body.ptr, request.body.len} == "{}";
        r.script.complete(op, right ? ECP_OK : ECP_INTERNAL, R"({"x":1})");
    };
    REQUIRE(r.create());
    const auto given = r.call();
    REQUIRE(given.has_value());
    CHECK(given->what == outcome::ok);
    CHECK(given->body == R"({"x":1})");
    CHECK(given->revision == "r1");
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a success of its own is one only in its call", "[provider][plugin_provider]") {
    rig r;
    ecp_status status = ECP_CREATED;
    r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, status); };
    REQUIRE(r.create());
    CHECK(r.call(operation::enrol)->what == outcome::created);
    CHECK(r.call(operation::put_heartbeat).error().code == errc::internal);
    CHECK(r.violated(violation::unexpected_status) == 1);
    status = ECP_REMOVED;
    CHECK(r.call(operation::get_registration)->what == outcome::removed);
    CHECK(r.call(operation::get_configuration).error().code == errc::internal);
    CHECK(r.violated(violation::unexpected_status) == 2);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a failure keeps its meaning, its message and its time to wait",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        ecp_result result{};
        result.struct_size = sizeof result;
        result.status = ECP_BUSY;
        result.message = {"quota", 5};
        result.retry_after_ms = 2500;
        r.script.complete(op, &result);
    };
    REQUIRE(r.create());
    const auto given = r.call();
    REQUIRE(given.has_error());
    CHECK(given.error().code == errc::busy);
    CHECK(given.error().detail == "quota");
    CHECK(given.error().retry_after == 2500ms);
    CHECK(r.violated(violation::unexpected_status) == 0);
    CHECK(r.stop());
}

// The client reads it, so nothing but the findings about its own body may be in it.
TEST_CASE("plugin_provider: of what is invalid the details are told and the message is not",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        const ecp_kv detail{{"/hardware/cpu", 13}, {"is no object", 12}};
        ecp_result result{};
        result.struct_size = sizeof result;
        result.status = ECP_INVALID;
        result.message = {"secret", 6};
        result.details = &detail;
        result.n_details = 1;
        r.script.complete(op, &result);
    };
    REQUIRE(r.create());
    const auto given = r.call(operation::enrol);
    REQUIRE(given.has_error());
    CHECK(given.error().code == errc::invalid);
    CHECK_THAT(given.error().detail, Contains("/hardware/cpu: is no object") && !Contains("secret"));
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a call that the provider lacks is unimplemented", "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    CHECK(r.call(operation::get_playbooks).error().code == errc::unimplemented);
    CHECK(r.script.names().size() == 1); // nothing but create
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: what breaks the contract is counted, logged and an internal failure",
          "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    SECTION("a status that does not exist") {
        r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, 99, "", "secret"); };
        CHECK(r.call().error().code == errc::internal);
        CHECK(r.violated(violation::unexpected_status) == 1);
        CHECK_THAT(r.written.str(), Contains("unexpected_status") && Contains("provider=scripted") &&
                                        Contains("get_configuration: status 99"));
    }
    SECTION("no result") {
        r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, nullptr); };
        CHECK(r.call().error().code == errc::internal);
        CHECK(r.violated(violation::malformed_result) == 1);
        CHECK_THAT(r.written.str(), Contains("malformed_result") && Contains("provider=scripted"));
    }
    SECTION("a second completion") {
        r.script.on_call = [&](const ecp_request&, ecp_op op) {
            r.script.complete(op, ECP_OK, "first");
            r.script.complete(op, ECP_INTERNAL, "second");
        };
        CHECK(r.call()->body == "first");
        CHECK(r.stop()); // joins the worker
        CHECK(r.violated(violation::stale_completion) == 1);
        return;
    }
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: INTERNAL is a failure, not a violation", "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        r.script.complete(op, ECP_INTERNAL, "", "disk");
    };
    REQUIRE(r.create());
    const auto given = r.call();
    CHECK(given.error().code == errc::internal);
    CHECK(given.error().detail == "disk");
    CHECK(r.violated(violation::unexpected_status) == 0);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: past its deadline a call is cancelled once, and may be completed late",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = scripted_provider::keep;
    auto limits = patient();
    limits.device = 1ms;
    const auto dispatch = GENERATE(as<std::uint32_t>{}, ECP_DISPATCH_BLOCKING, ECP_DISPATCH_NONBLOCKING);
    REQUIRE(r.create(limits, dispatch));
    std::optional<result<answer>> given;
    r.begin_call(given);
    const auto op = r.script.wait_for("call").op;
    run_all(r.context);
    REQUIRE(given.has_value());
    CHECK(given->error().code == errc::deadline);
    CHECK(r.script.first("cancel").op == op);
    CHECK(r.script.host().is_cancelled(op) != 0);
    r.script.complete(op, ECP_OK);
    CHECK(r.violated(violation::stale_completion) == 0);
    r.script.complete(op, ECP_OK);
    CHECK(r.violated(violation::stale_completion) == 1);
    CHECK(r.stop());
    const auto all = r.script.names();
    CHECK(std::count(all.begin(), all.end(), "cancel") == 1);
    CHECK(all.back() == "destroy");
}

TEST_CASE("plugin_provider: when the workers and their queue are full, a call is turned away at once",
          "[provider][plugin_provider]") {
    rig r;
    std::promise<void> gate;
    const auto opened = gate.get_future().share();
    r.script.on_call = [&r, opened](const ecp_request&, ecp_op op) {
        opened.wait();
        r.script.complete(op, ECP_OK);
    };
    auto limits = patient();
    limits.workers = 1;
    limits.queue = 1;
    REQUIRE(r.create(limits));
    std::optional<result<answer>> running;
    std::optional<result<answer>> waiting;
    spawn(r.context, r.provider->call(*r.table, a_call()), running);
    spawn(r.context, r.provider->call(*r.table, a_call()), waiting);
    r.context.restart();
    r.context.poll(); // both have asked
    std::optional<result<answer>> refused;
    spawn(r.context, r.provider->call(*r.table, a_call()), refused);
    r.context.poll();
    REQUIRE(refused.has_value());
    CHECK(refused->error().code == errc::busy);
    CHECK(refused->error().retry_after == 1s);
    CHECK_FALSE(running.has_value());

    gate.set_value();
    run_all(r.context);
    CHECK(running->has_value());
    CHECK(waiting->has_value());
    CHECK(r.call().has_value()); // there is room again
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a provider that takes one call at a time gets one at a time",
          "[provider][plugin_provider]") {
    rig r;
    std::atomic<int> inside{0};
    std::atomic<int> most{0};
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        most = std::max(most.load(), ++inside);
        std::this_thread::yield();
        --inside;
        r.script.complete(op, ECP_OK);
    };
    auto limits = patient();
    limits.workers = 4;
    limits.queue = 100;
    REQUIRE(r.create(limits, ECP_DISPATCH_BLOCKING, ECP_CONCURRENCY_ONE));
    std::vector<std::optional<result<answer>>> answers(50);
    for (auto& a : answers) spawn(r.context, r.provider->call(*r.table, a_call()), a);
    run_all(r.context);
    for (const auto& a : answers) CHECK((a.has_value() && a->has_value()));
    CHECK(most == 1);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a start that fails says why", "[provider][plugin_provider]") {
    rig r;
    std::string why;
    r.script.on_start = [&](ecp_op op) { r.script.complete(op, ECP_UNAVAILABLE, "", why); };
    REQUIRE(r.create());
    auto failed = r.start();
    CHECK(failed.error().code == errc::unavailable);
    CHECK_THAT(failed.error().detail, Contains("cannot start: it gives no reason"));
    why = "no such directory";
    failed = r.start();
    CHECK_THAT(failed.error().detail, Contains("the provider cannot start: no such directory"));
    r.provider.reset(); // without stop: nothing runs yet
    CHECK(r.script.names().back() == "destroy");
}

TEST_CASE("plugin_provider: a start may be completed later, from another thread",
          "[provider][plugin_provider]") {
    rig r;
    std::thread connecting;
    r.script.on_start = [&](ecp_op op) {
        connecting = std::thread{[&r, op] { r.script.complete(op, ECP_OK); }};
    };
    REQUIRE(r.create());
    CHECK(r.start().has_value());
    CHECK(r.stop());
    connecting.join();
}

TEST_CASE("plugin_provider: a start that takes too long is told with the setting",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_start = [](ecp_op) {};
    auto limits = patient();
    limits.start = 1s; // create has as long
    REQUIRE(r.create(limits));
    const auto failed = r.start();
    CHECK(failed.error().code == errc::deadline);
    CHECK_THAT(failed.error().detail, Contains("provider.deadlines.start"));
    r.script.complete(r.script.wait_for("start").op, ECP_OK); // so that this test can unwind
}

TEST_CASE("plugin_provider: an instance that does not stop in time is not destroyed",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_stop = [](ecp_op) {};
    auto limits = patient();
    limits.stop = 1ms;
    REQUIRE(r.create(limits));
    CHECK_FALSE(r.stop());
    const auto op = r.script.wait_for("stop").op;
    CHECK(r.script.names() == std::vector<std::string>{R"(create {"a":1})", "stop"});
    r.script.complete(op, ECP_OK); // so that this test can unwind
}

TEST_CASE("plugin_provider: destroy waits for the calls that are still inside",
          "[provider][plugin_provider]") {
    std::atomic<bool> left{false};
    rig r;
    std::promise<void> gate;
    r.script.on_call = [&r, &left, opened = gate.get_future().share()](const ecp_request&, ecp_op op) {
        r.script.complete(op, ECP_OK);
        opened.wait(); // completed, but not gone
        left = true;
    };
    r.script.on_stop = [&](ecp_op op) {
        gate.set_value();
        r.script.complete(op, ECP_OK);
    };
    REQUIRE(r.create());
    REQUIRE(r.call().has_value());
    CHECK(r.stop());
    CHECK(left);
    CHECK(r.script.names().back() == "destroy");
}

TEST_CASE("plugin_provider: a create that refuses leaves its findings and no instance",
          "[provider][plugin_provider]") {
    rig r;
    SECTION("with reasons") {
        r.script.on_create = [](const ecp_host&, ecp_diag_fn diag, void* arg) {
            scripted_provider::find(diag, arg, ECP_LOG_WARN, "/b", "is old");
            scripted_provider::find(diag, arg, ECP_LOG_ERROR, "/a", "is no directory");
            return ECP_INVALID;
        };
        CHECK_FALSE(r.create());
        REQUIRE(r.found.size() == 2);
        CHECK_FALSE(r.found[0].is_error);
        CHECK(r.found[1].is_error);
        CHECK(r.found[1].pointer == "/a");
        CHECK(r.found[1].message == "is no directory");
    }
    SECTION("without") {
        r.script.on_create = [](const ecp_host&, ecp_diag_fn diag, void* arg) {
            scripted_provider::find(diag, arg, ECP_LOG_WARN, "/b", "is old");
            return ECP_UNAVAILABLE;
        };
        CHECK_FALSE(r.create());
        REQUIRE(r.found.size() == 2);
        CHECK(r.found[1].is_error);
        CHECK_THAT(r.found[1].message, Contains("create failed with status 10 and gave no reason"));
    }
    SECTION("with text that is not there") {
        r.script.on_create = [](const ecp_host&, ecp_diag_fn diag, void* arg) {
            const ecp_str empty{nullptr, 0};
            diag(arg, ECP_LOG_ERROR, nullptr, nullptr);
            diag(arg, ECP_LOG_ERROR, &empty, &empty);
            return ECP_INVALID;
        };
        CHECK_FALSE(r.create());
        CHECK(r.found.size() == 2);
    }
    CHECK(r.script.names() == std::vector<std::string>{R"(create {"a":1})"});
}

TEST_CASE("plugin_provider: warnings of a create that succeeds are kept", "[provider][plugin_provider]") {
    rig r;
    r.script.on_create = [](const ecp_host&, ecp_diag_fn diag, void* arg) {
        scripted_provider::find(diag, arg, ECP_LOG_WARN, "/b", "is old");
        return ECP_OK;
    };
    CHECK(r.create());
    REQUIRE(r.found.size() == 1);
    CHECK_FALSE(has_error(r.found));
    CHECK(r.stop());
}

TEST_CASE("judge_options: the provider's own judgement, if it has one", "[provider][plugin_provider]") {
    scripted_provider script;
    auto library = scripted_provider::library(ECP_DISPATCH_BLOCKING, many);
    CHECK(judge_options(library, "{}", 1h)->empty());
    CHECK(script.names() == std::vector<std::string>{"validate {}"});
    script.on_validate = [](const ecp_host&, ecp_diag_fn, void*) { return ECP_INVALID; };
    const auto found = *judge_options(library, "{}", 1h);
    REQUIRE(found.size() == 1);
    CHECK_THAT(found[0].message, Contains("validate failed with status 2"));
    library.table.validate = nullptr;
    CHECK(judge_options(library, "{}", 1h)->empty());
}

TEST_CASE("plugin_provider: two instances of a library are two", "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    findings found;
    plugin_provider second{
        scripted_provider::library(ECP_DISPATCH_BLOCKING, many), patient(), {"second", &r.log, &r.health}};
    REQUIRE(run(r.context, second.create(*r.table, "{}", found)).has_value());
    CHECK(r.script.context(0) != r.script.context(1));
    r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, nullptr); };
    CHECK(run(r.context, second.call(*r.table, a_call())).has_error());
    CHECK(violations(r.script.context(0), violation::malformed_result) == 0);
    CHECK(violations(r.script.context(1), violation::malformed_result) == 1);
    CHECK(run(r.context, second.stop(*r.table)));
    r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, ECP_OK); };
    CHECK(r.call().has_value()); // the first goes on
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: what the host itself finds wrong counts to the instance",
          "[provider][plugin_provider]") {
    rig r;
    REQUIRE(r.create());
    r.provider->report(violation::incomplete_answer, "no workloads");
    CHECK(r.violated(violation::incomplete_answer) == 1);
    CHECK_THAT(r.written.str(), Contains("no workloads"));
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a create that does not return is told, and may return later",
          "[provider][plugin_provider]") {
    rig r;
    std::promise<void> gate;
    r.script.on_create = [opened = gate.get_future().share()](const ecp_host&, ecp_diag_fn, void*) {
        opened.wait();
        return ecp_status{ECP_UNAVAILABLE};
    };
    auto limits = patient();
    limits.start = 1ms;
    CHECK_FALSE(r.create(limits));
    CHECK(r.found.empty());
    gate.set_value(); // so that this test can unwind
}

TEST_CASE("judge_options: a validate that does not return is told", "[provider][plugin_provider]") {
    // Its thread is nobody's to join, so what it touches lives on.
    static std::atomic<bool> may_return{false};
    auto library = scripted_provider::library(ECP_DISPATCH_BLOCKING, many);
    library.table.validate = [](const ecp_host*, const ecp_str*, ecp_diag_fn, void*) {
        may_return.wait(false);
        return ecp_status{ECP_OK};
    };
    const auto judged = judge_options(library, "{}", 1ms);
    REQUIRE(judged.has_error());
    CHECK(judged.error().code == errc::deadline);
    may_return = true;
    may_return.notify_all();
}

TEST_CASE("plugin_provider: a host that wants to stop cancels the start and shortens its deadline",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_start = [](ecp_op) {};
    auto limits = patient();
    limits.stop = 1ms;
    REQUIRE(r.create(limits));
    r.provider->hurry(); // nothing to hurry
    std::optional<result<void>> started;
    spawn(r.context, r.provider->start(*r.table), started);
    r.context.restart();
    r.context.poll();
    r.script.wait_for("start");
    CHECK_FALSE(started.has_value());
    r.provider->hurry();
    run_all(r.context);
    REQUIRE(started.has_value());
    CHECK(started->error().code == errc::deadline);
}

TEST_CASE("plugin_provider: calls that block where they must not demote the provider",
          "[provider][plugin_provider]") {
    rig r;
    r.health.started();
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        std::this_thread::sleep_for(2 * slow_call_limit);
        r.script.complete(op, ECP_OK);
    };
    REQUIRE(r.create(patient(), ECP_DISPATCH_NONBLOCKING));
    for (int n = 0; n < 3; ++n) {
        CHECK_FALSE(r.provider->statistics().demoted);
        CHECK(r.call().has_value());
    }
    CHECK(r.provider->statistics().demoted);
    CHECK(r.violated(violation::slow_call) == 3);
    CHECK_THAT(r.written.str(), Contains("violation=slow_call") && Contains("get_configuration took") &&
                                    Contains("is demoted"));
    CHECK_THAT(r.health.readiness().reason, Contains("degraded: the provider is demoted"));
    CHECK(r.health.readiness().ready);
    CHECK(r.call().has_value());
    CHECK(r.violated(violation::slow_call) == 3); // a worker may block
    const auto events = r.script.events();
    CHECK(events.back().on != std::this_thread::get_id());
    CHECK(r.provider->statistics().breaker_openings == 0);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a provider that breaks every answer is asked no more",
          "[provider][plugin_provider]") {
    rig r;
    r.health.started();
    r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, nullptr); };
    REQUIRE(r.create(patient(), ECP_DISPATCH_NONBLOCKING));
    for (int n = 0; n < 20; ++n) CHECK(r.call().error().code == errc::internal);
    const auto refused = r.call();
    CHECK(refused.error().code == errc::unavailable);
    CHECK(refused.error().retry_after == 1s);
    CHECK_FALSE(r.health.readiness().ready);
    const auto s = r.provider->statistics();
    CHECK(s.breaker_open);
    CHECK(s.breaker_openings == 1);
    CHECK(s.calls == 20);
    CHECK(s.in_flight == 0);
    CHECK(s.refused == 1);
    CHECK(s.violations[static_cast<std::size_t>(violation::malformed_result)] == 20);
    CHECK_THAT(r.written.str(), Contains("it is not asked until probes succeed"));
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: honest failures never stop the calls", "[provider][plugin_provider]") {
    rig r;
    const auto status = GENERATE(as<ecp_status>{}, ECP_NOT_FOUND, ECP_UNAVAILABLE, ECP_BUSY, ECP_DENIED,
                                 ECP_INTERNAL, ECP_DEADLINE, ECP_CORRUPT, ECP_CANCELLED);
    r.script.on_call = [&](const ecp_request&, ecp_op op) { r.script.complete(op, status); };
    REQUIRE(r.create(patient(), ECP_DISPATCH_NONBLOCKING));
    for (int n = 0; n < 50; ++n) CHECK(r.call().has_error());
    CHECK(r.provider->statistics().calls == 50);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: what is never completed is bounded, and missed deadlines open the breaker",
          "[provider][plugin_provider]") {
    rig r;
    r.script.on_call = scripted_provider::keep;
    auto limits = patient();
    limits.device = 0ms;
    limits.breaker.window = 1h;
    const bool breaks = GENERATE(true, false);
    if (!breaks) limits.breaker.least_calls = 1'000'000;
    REQUIRE(r.create(limits, ECP_DISPATCH_NONBLOCKING)); // a busy machine may have it demoted
    std::vector<ecp_op> kept;
    auto last = errc::deadline;
    while (last == errc::deadline && kept.size() <= op_table::most_abandoned) {
        std::optional<result<answer>> given;
        r.begin_call(given);
        if (!given.has_value()) kept.push_back(r.script.wait_for("call", kept.size()).op);
        run_all(r.context);
        last = given.value().error().code;
    }
    CHECK(last == (breaks ? errc::unavailable : errc::busy));
    if (breaks) CHECK(kept.size() == 20);
    CHECK(kept.size() <= op_table::most_abandoned);
    CHECK(r.provider->statistics().deadline_misses == kept.size());
    for (const auto op : kept) r.script.complete(op, ECP_OK);
    run_all(r.context);
    if (!breaks) {
        std::optional<result<answer>> given;
        r.begin_call(given);
        REQUIRE_FALSE(given.has_value()); // there is room again
        r.script.complete(r.script.wait_for("call", kept.size()).op, ECP_OK);
        run_all(r.context);
    }
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a call that nobody waits for any more does not reach the provider",
          "[provider][plugin_provider]") {
    rig r;
    std::promise<void> gate;
    r.script.on_call = [&r, opened = gate.get_future().share()](const ecp_request&, ecp_op op) {
        opened.wait();
        r.script.complete(op, ECP_OK);
    };
    auto limits = patient();
    limits.workers = 1;
    limits.device = 1ms;
    REQUIRE(r.create(limits));
    std::optional<result<answer>> inside;
    r.begin_call(inside);
    r.script.wait_for("call");
    CHECK(r.call().error().code == errc::deadline); // waits for the worker
    REQUIRE(inside.has_value());
    CHECK(inside->error().code == errc::deadline);
    gate.set_value();
    CHECK(r.stop());
    const auto all = r.script.names();
    CHECK(std::count(all.begin(), all.end(), "call") == 1);
    CHECK(std::count(all.begin(), all.end(), "cancel") == 1);
}

TEST_CASE("plugin_provider: a thread that does not return from a call is found",
          "[provider][plugin_provider]") {
    rig r;
    r.health.started();
    r.script.on_call = [&](const ecp_request&, ecp_op op) {
        r.provider->tend(); // as the control thread would meanwhile
        CHECK(r.provider->statistics().stuck_threads == 0);
        std::this_thread::sleep_for(conduct::stuck_limit + 1ms);
        r.provider->tend();
        CHECK(r.provider->statistics().stuck_threads == 1);
        CHECK(r.provider->statistics().demoted);
        CHECK_FALSE(r.health.readiness().ready);
        r.script.complete(op, ECP_OK);
    };
    REQUIRE(r.create(patient(), ECP_DISPATCH_NONBLOCKING));
    CHECK(r.call().has_value());
    r.provider->tend();
    CHECK(r.provider->statistics().stuck_threads == 0);
    CHECK(r.health.readiness().ready);
    CHECK(r.stop());
}
