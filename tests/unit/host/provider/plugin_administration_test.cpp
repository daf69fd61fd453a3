// plugin_provider::invoke: administration of a provider, where it offers that.
#include "unit/host/provider/scripted_provider.hpp"
#include "unit/host/provider/waiting.hpp"

#include "provider/plugin_provider.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

using namespace edgeconf;
using namespace edgeconf::provider;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using Catch::Contains;

namespace {

using given_answer = result<administration_answer>;

std::string text(const ecp_str& s) { return {s.ptr, s.len}; }

administration_call an_export(std::string token = {}) {
    return {administration::export_bundle, {}, std::move(token), "uid 0"};
}

// A host with one thread and one scripted provider that offers administration.
struct rig {
    ecp_ext_resources offered = scripted_provider::invoke_alone();
    std::ostringstream written;
    observe::logger log{observe::level::trace, observe::log_format::text, written};
    observe::health health;
    scripted_provider script;
    asio::io_context context{1};
    op_table::handle table = op_table::claim(context);
    provider_limits limits{1h, 1h, 1h, 2, 16, 1, 1h, {}, 1h};
    std::unique_ptr<plugin_provider> provider;

    rig() { script.resources = &offered; }

    bool create() {
        findings found;
        provider = std::make_unique<plugin_provider>(
            scripted_provider::library(ECP_DISPATCH_BLOCKING, ECP_CONCURRENCY_ANY), limits,
            instance_sinks{"scripted", &log, &health});
        return run(context, provider->create(*table, "{}", found)).has_value();
    }
    given_answer invoke(administration_call asked) {
        return run(context, provider->invoke(*table, std::move(asked)));
    }
    // Asks, and does not wait for the answer: that comes while the context runs.
    void begin(administration_call asked, std::optional<given_answer>& into) {
        spawn(context, provider->invoke(*table, std::move(asked)), into);
        context.restart();
        context.poll();
    }
    void answer(ecp_status status, std::string_view message, std::vector<ecp_kv> details = {}) {
        script.on_invoke = [this, status, message, details](const ecp_resource_request&, ecp_op op) {
            ecp_result result{};
            result.struct_size = sizeof result;
            result.status = status;
            result.message = {message.data(), message.size()};
            result.details = details.data();
            result.n_details = details.size();
            script.complete(op, &result);
        };
    }
    bool stop() { return run(context, provider->stop(*table)); }
};

} // namespace

TEST_CASE("plugin_provider: an administrator's call reaches the provider whole, on the life thread",
          "[provider][administration]") {
    rig r;
    std::vector<std::string> seen;
    r.script.on_invoke = [&](const ecp_resource_request& request, ecp_op op) {
        seen = {text(request.verb), text(request.body), text(request.page_token), text(request.principal)};
        CHECK(request.struct_size == sizeof request);
        CHECK(request.deadline_ns > r.script.host().now_ns());
        CHECK(request.kind.ptr != nullptr);
        r.script.complete(op, ECP_OK, R"({"a":1})");
    };
    REQUIRE(r.create());
    const auto given = r.invoke({administration::import_bundle, "bytes", "u-1", "uid 0"});
    REQUIRE(given.has_value());
    CHECK(given->body == R"({"a":1})");
    CHECK(given->page_token == "r1"); // the revision of every scripted answer
    CHECK(seen == std::vector<std::string>{"import", "bytes", "u-1", "uid 0"});
    CHECK(r.stop());
    CHECK(r.script.first("invoke import").on == r.script.first("stop").on);
}

TEST_CASE("plugin_provider: a provider without administration says that it has none",
          "[provider][administration]") {
    rig r;
    SECTION("no extension") { r.script.resources = nullptr; }
    SECTION("no invoke") { r.offered.invoke = nullptr; }
    SECTION("a table that ends before invoke") {
        r.offered.struct_size = offsetof(ecp_ext_resources, invoke);
    }
    REQUIRE(r.create());
    const auto given = r.invoke(an_export());
    REQUIRE(given.has_error());
    CHECK(given.error().code == errc::unimplemented);
    CHECK_THAT(given.error().detail, Contains("scripted offers no administration") && Contains("no export"));
    CHECK(r.script.names().size() == 1); // nothing but create
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: an administrator is told all that is wrong, a reason a line",
          "[provider][administration]") {
    rig r;
    r.answer(ECP_INVALID, "the bundle is refused",
             {{{"", 0}, {"line 3: no JSON", 15}}, {{"/spec", 5}, {"is missing", 10}}});
    REQUIRE(r.create());
    const auto given = r.invoke(an_export());
    REQUIRE(given.has_error());
    CHECK(given.error().code == errc::invalid);
    CHECK(given.error().detail == "the bundle is refused\nline 3: no JSON\n/spec: is missing");
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: an administrator's call fails with the status that the provider gives",
          "[provider][administration]") {
    const auto [status, code, violations_seen] = GENERATE(table<ecp_status, errc, std::uint64_t>({
        {ECP_UNIMPLEMENTED, errc::unimplemented, 0},
        {ECP_UNAVAILABLE, errc::unavailable, 0},
        {ECP_NOT_FOUND, errc::not_found, 0},
        {ECP_CREATED, errc::internal, 1},
        {ECP_REMOVED, errc::internal, 1},
        {99, errc::internal, 1},
    }));
    rig r;
    r.answer(status, "");
    REQUIRE(r.create());
    const auto given = r.invoke(an_export());
    REQUIRE(given.has_error());
    CHECK(given.error().code == code);
    CHECK_THAT(given.error().detail, Contains("refuses export with status " + std::to_string(status)));
    CHECK(violations(r.script.context(), violation::unexpected_status) == violations_seen);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: a page token that is too long breaks the contract",
          "[provider][administration]") {
    rig r;
    const auto [size, fits] = GENERATE(table<std::size_t, bool>({{1024, true}, {1025, false}}));
    const std::string token(size, 't');
    r.script.on_invoke = [&](const ecp_resource_request&, ecp_op op) {
        ecp_result result{};
        result.struct_size = sizeof result;
        result.status = ECP_OK;
        result.revision = {token.data(), token.size()};
        r.script.complete(op, &result);
    };
    REQUIRE(r.create());
    const auto given = r.invoke(an_export());
    CHECK(given.has_value() == fits);
    CHECK(violations(r.script.context(), violation::malformed_result) == (fits ? 0 : 1));
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: accept-removals and the end of an import have reconfigure's time",
          "[provider][administration]") {
    const auto [verb, body, long_time] = GENERATE(table<administration, std::string, bool>({
        {administration::accept_removals, "", true},
        {administration::import_bundle, "", true},
        {administration::import_bundle, "bytes", false},
        {administration::export_bundle, "", false},
    }));
    rig r;
    r.limits.administration = 1h;
    r.limits.reconfigure = 100h;
    std::uint64_t left_ns = 0;
    r.script.on_invoke = [&](const ecp_resource_request& request, ecp_op op) {
        left_ns = request.deadline_ns - r.script.host().now_ns();
        r.script.complete(op, ECP_OK);
    };
    REQUIRE(r.create());
    REQUIRE(r.invoke({verb, body, "u-1", ""}).has_value());
    CHECK((std::chrono::nanoseconds{left_ns} > 50h) == long_time);
    CHECK(r.stop());
}

TEST_CASE("plugin_provider: past its deadline an administrator's call is cancelled once, and stays lent",
          "[provider][administration]") {
    rig r;
    r.limits.administration = 1s; // far longer than one poll
    std::promise<const ecp_resource_request*> lent;
    r.script.on_invoke = [&](const ecp_resource_request& request, ecp_op) { lent.set_value(&request); };
    REQUIRE(r.create());
    std::optional<given_answer> given;
    r.begin(an_export("page-2"), given);
    const auto op = r.script.wait_for("invoke export").op;
    run_all(r.context);
    REQUIRE(given.has_value());
    CHECK(given->error().code == errc::deadline);
    CHECK(r.script.wait_for("cancel").op == op);
    CHECK(text(lent.get_future().get()->page_token) == "page-2");
    r.script.complete(op, ECP_CANCELLED);
    CHECK(r.stop());
    const auto all = r.script.names();
    CHECK(std::count(all.begin(), all.end(), "cancel") == 1);
    CHECK(violations(r.script.context(), violation::stale_completion) == 0);
}

TEST_CASE("plugin_provider: an administrator's call or a reload that was given up does not happen later",
          "[provider][administration]") {
    rig r;
    r.limits.administration = 1ms;
    r.limits.reconfigure = 1ms;
    std::promise<void> gate;
    r.script.on_start = [&](ecp_op op) {
        gate.get_future().wait(); // keeps the life thread
        r.script.complete(op, ECP_OK);
    };
    REQUIRE(r.create());
    std::optional<result<void>> started;
    spawn(r.context, r.provider->start(*r.table), started);
    std::optional<given_answer> given;
    spawn(r.context, r.provider->invoke(*r.table, {administration::accept_removals, "", "", ""}), given);
    r.context.restart();
    while (!given) r.context.run_one();
    CHECK(given->error().code == errc::deadline);
    std::optional<result<void>> reconfigured;
    spawn(r.context, r.provider->reconfigure(*r.table, "{}"), reconfigured);
    while (!reconfigured) r.context.run_one();
    CHECK(reconfigured->error().code == errc::deadline);
    gate.set_value();
    run_all(r.context);
    CHECK(r.stop());
    const auto all = r.script.names();
    CHECK(std::count(all.begin(), all.end(), "invoke accept-removals") == 0);
    CHECK(std::count(all.begin(), all.end(), "reconfigure {}") == 0);
    CHECK(std::count(all.begin(), all.end(), "cancel") == 0);
}

TEST_CASE("plugin_provider: a host that wants to stop cancels an administrator's call",
          "[provider][administration]") {
    rig r;
    r.script.on_invoke = [&](const ecp_resource_request&, ecp_op) {};
    REQUIRE(r.create());
    std::optional<given_answer> given;
    r.begin(an_export(), given);
    const auto op = r.script.wait_for("invoke export").op;
    r.provider->hurry();
    CHECK(r.script.wait_for("cancel").op == op);
    CHECK(r.script.host().is_cancelled(op) != 0);
    r.script.complete(op, ECP_CANCELLED);
    run_all(r.context);
    REQUIRE(given.has_value());
    CHECK(given->error().code == errc::cancelled);
    CHECK(r.stop());
}
