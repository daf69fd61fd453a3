#include "support/catch.hpp"

#include "provider/instances.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace edgeconf;
using namespace edgeconf::provider;
using Catch::Contains;

namespace {

const ecp_host& host = host_table();

ecp_str text(std::string_view s) { return {s.data(), s.size()}; }

void say(ecp_ctx ctx, std::int32_t level, std::string_view message, const std::vector<ecp_kv>& fields = {}) {
    const auto m = text(message);
    host.log(ctx, level, 0, &m, fields.data(), fields.size());
}

std::uint32_t register_metric(ecp_ctx ctx, const std::string& name) {
    const auto n = text(name);
    const auto help = text("what it counts");
    return host.metric_register(ctx, ECP_METRIC_COUNTER, &n, &help);
}

struct observed {
    std::ostringstream written;
    observe::logger log{observe::level::info, observe::log_format::text, written};
    observe::health health;

    instance_sinks sinks(std::string name) { return {std::move(name), &log, &health}; }
};

} // namespace

TEST_CASE("host_table: it is whole, and the same each time", "[provider][instances]") {
    CHECK(&host_table() == &host);
    CHECK(host.struct_size == sizeof(ecp_host));
    CHECK(host.abi_minor == ECP_ABI_MINOR);
    const auto before = host.now_ns();
    CHECK(host.now_ns() >= before);
    CHECK(host.get_extension(0, "ecp.host.nothing/1") == nullptr);
}

TEST_CASE("instance: its lines carry its name and its fields", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    REQUIRE(i.token() != 0);
    say(i.token(), ECP_LOG_WARN, "slow", {{text("server"), text("a b")}});
    CHECK_THAT(o.written.str(), Contains("warn") && Contains(R"(slow provider=acme server="a b")"));
}

TEST_CASE("instance: levels are the host's", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    CHECK(host.log_enabled(i.token(), ECP_LOG_TRACE) == 0);
    CHECK(host.log_enabled(i.token(), ECP_LOG_DEBUG) == 0);
    CHECK(host.log_enabled(i.token(), ECP_LOG_INFO) != 0);
    CHECK(host.log_enabled(i.token(), ECP_LOG_ERROR) != 0);
    CHECK(host.log_enabled(i.token(), 99) != 0); // nothing unknown is lost
    say(i.token(), ECP_LOG_DEBUG, "unheard");
    CHECK(o.written.str().empty());
    say(i.token(), 99, "heard");
    CHECK_THAT(o.written.str(), Contains("error heard"));
}

TEST_CASE("instance: a provider cannot break a line or write without end", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    say(i.token(), ECP_LOG_INFO, "a\nb", {{text("k\ney"), text("v\nalue")}});
    CHECK(o.written.str().find('\n') == o.written.str().size() - 1);

    o.written.str("");
    const std::string endless(1'000'000, 'x');
    const std::vector<ecp_kv> fields(1000, {text(endless), text("v")});
    say(i.token(), ECP_LOG_INFO, endless, fields);
    CHECK(o.written.str().size() < 32'000);
}

TEST_CASE("instance: null text and null fields are empty", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    host.log(i.token(), ECP_LOG_INFO, 0, nullptr, nullptr, 5);
    const ecp_str no_pointer{nullptr, 12};
    host.log(i.token(), ECP_LOG_INFO, 0, &no_pointer, nullptr, 0);
    CHECK_THAT(o.written.str(), Contains("provider=acme"));
    host.set_health(i.token(), ECP_HEALTH_DOWN, nullptr);
    CHECK(host.metric_register(i.token(), ECP_METRIC_GAUGE, nullptr, nullptr) == 0);
}

TEST_CASE("instance: what a provider says of its health is the host's", "[provider][instances]") {
    observed o;
    o.health.started();
    const instance i{o.sinks("acme")};
    const auto reason = text("no route");
    host.set_health(i.token(), ECP_HEALTH_DOWN, &reason);
    CHECK_THAT(o.health.readiness().reason, Contains("down: no route"));
    host.set_health(i.token(), ECP_HEALTH_DEGRADED, &reason);
    CHECK_THAT(o.health.readiness().reason, Contains("degraded: no route"));
    CHECK_THAT(o.written.str(), Contains("state=down") && Contains("state=degraded"));
    host.set_health(i.token(), ECP_HEALTH_OK, &reason);
    CHECK(o.health.readiness().reason == "ok");
}

TEST_CASE("instance: two of them are told apart", "[provider][instances]") {
    observed a;
    observed b;
    const instance one{a.sinks("one")};
    const instance two{b.sinks("two")};
    CHECK(one.token() != two.token());
    say(one.token(), ECP_LOG_INFO, "from one");
    say(two.token(), ECP_LOG_INFO, "from two");
    CHECK_THAT(a.written.str(), Contains("from one") && !Contains("two"));
    CHECK_THAT(b.written.str(), Contains("from two") && !Contains("one"));
    report_violation(one.token(), violation::malformed_result, "x");
    CHECK(violations(one.token(), violation::malformed_result) == 1);
    CHECK(violations(two.token(), violation::malformed_result) == 0);
}

TEST_CASE("instance: a call with the token of one that is gone is harmless", "[provider][instances]") {
    observed o;
    ecp_ctx late = 0;
    {
        const instance i{o.sinks("first")};
        late = i.token();
    }
    observed p;
    const instance next{p.sinks("second")};
    CHECK(next.token() != late);
    const auto reason = text("late");
    for (const ecp_ctx ctx : {late, ecp_ctx{0}, ecp_ctx{65}, std::numeric_limits<ecp_ctx>::max()}) {
        say(ctx, ECP_LOG_ERROR, "late");
        host.set_health(ctx, ECP_HEALTH_DOWN, &reason);
        CHECK(host.log_enabled(ctx, ECP_LOG_ERROR) == 0);
        CHECK(register_metric(ctx, "late") == 0);
        host.metric_record(ctx, 1, 1.0);
        report_violation(ctx, violation::stale_completion, "late");
    }
    CHECK(o.written.str().empty());
    CHECK(p.written.str().empty());
    CHECK(violations(next.token(), violation::stale_completion) == 0);
}

TEST_CASE("instance: a violation is counted by its kind and told", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    const auto kinds = {violation::stale_completion, violation::malformed_result,
                        violation::unexpected_status, violation::incomplete_answer, violation::slow_call};
    std::uint64_t expected = 0;
    for (const auto kind : kinds) {
        ++expected;
        for (std::uint64_t n = 0; n < expected; ++n) report_violation(i.token(), kind, "what happened");
        CHECK(violations(i.token(), kind) == expected);
        CHECK_THAT(o.written.str(), Contains("violation=" + std::string{name(kind)}));
    }
    CHECK_THAT(o.written.str(), Contains(R"(detail="what happened")"));
    CHECK(name(static_cast<violation>(99)) == "unknown");
}

TEST_CASE("instance: the counts begin at zero for the next one in the same place", "[provider][instances]") {
    observed o;
    {
        const instance i{o.sinks("first")};
        report_violation(i.token(), violation::malformed_result, "x");
        register_metric(i.token(), "m");
    }
    const instance next{o.sinks("second")};
    CHECK(violations(next.token(), violation::malformed_result) == 0);
    CHECK(register_metric(next.token(), "other") == 1);
}

TEST_CASE("instance: a completion of nothing does no harm", "[provider][instances]") {
    ecp_result result{};
    result.struct_size = sizeof result;
    CHECK_NOTHROW(host.complete(0, &result));
    CHECK_NOTHROW(host.complete(std::numeric_limits<ecp_op>::max(), nullptr));
    CHECK(host.is_cancelled(0) != 0);
}

TEST_CASE("instance: a metric's name is registered once, and there is a limit", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    const auto first = register_metric(i.token(), "calls");
    CHECK(first != 0);
    CHECK(register_metric(i.token(), "calls") == first);
    for (const auto* bad : {"", "with space", "line\nbreak 1", "Upper", "dash-ed", "quote\""})
        CHECK(register_metric(i.token(), bad) == 0);
    host.metric_record(i.token(), first, 1.0);
    host.metric_record(i.token(), 0, 1.0);
    host.metric_record(i.token(), 9999, 1.0);
    std::uint32_t last = 0;
    for (int n = 1; n < 256; ++n) last = register_metric(i.token(), "calls_" + std::to_string(n));
    CHECK(last == 256);
    CHECK(register_metric(i.token(), "one_too_many") == 0);
    CHECK(register_metric(i.token(), "calls") == first);
}

TEST_CASE("instance: there are 64, and a further one is nobody", "[provider][instances]") {
    observed o;
    std::deque<instance> all;
    for (int n = 0; n < 64; ++n) all.emplace_back(o.sinks("one of many"));
    for (const auto& i : all) CHECK(i.token() != 0);
    const instance further{o.sinks("further")};
    CHECK(further.token() == 0);
    say(further.token(), ECP_LOG_ERROR, "unheard");
    CHECK(o.written.str().empty());
}

TEST_CASE("entry_log: it keeps the error lines of its thread while it lives", "[provider][instances]") {
    {
        const entry_log said;
        CHECK(said.errors().empty());
        CHECK(host.log_enabled(0, ECP_LOG_ERROR) != 0);
        say(0, ECP_LOG_INFO, "not this");
        say(0, ECP_LOG_ERROR, "first");
        say(0, ECP_LOG_ERROR, "second");
        CHECK(said.errors() == "first; second");
    }
    CHECK(host.log_enabled(0, ECP_LOG_ERROR) == 0);
    say(0, ECP_LOG_ERROR, "nobody listens");
    const entry_log anew;
    CHECK(anew.errors().empty());
}

TEST_CASE("instance: a flood of lines is cut, and told", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    const std::string one_line = "one line";
    for (int n = 0; n < 3000; ++n) say(i.token(), ECP_LOG_DEBUG, "unheard costs nothing");
    for (int n = 0; n < 50'000; ++n) say(i.token(), ECP_LOG_INFO, one_line);
    const auto dropped = dropped_lines(i.token());
    CHECK(dropped > 0);
    const auto text = o.written.str();
    CHECK(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) == 50'000 - dropped);
    tell_dropped(i.token());
    CHECK_THAT(o.written.str(),
               Contains("lines were dropped provider=acme dropped=" + std::to_string(dropped)));
    o.written.str("");
    tell_dropped(i.token());
    CHECK(o.written.str().empty());
}

TEST_CASE("instance: the same violation over and over is one line, then a count", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    for (int n = 0; n < 10'000; ++n) report_violation(i.token(), violation::stale_completion, "again");
    report_violation(i.token(), violation::malformed_result, "another");
    CHECK(violations(i.token(), violation::stale_completion) == 10'000);
    CHECK(o.written.str().size() < 10'000); // a line for each second that this took
    CHECK_THAT(o.written.str(), Contains("malformed_result"));
    tell_dropped(i.token());
    CHECK_THAT(o.written.str(), Contains("not-told-before="));
}

TEST_CASE("instance: a token that never was counts to the only one that can have made it up",
          "[provider][instances]") {
    observed o;
    ecp_result result{};
    result.struct_size = sizeof result;
    std::deque<instance> all;
    all.emplace_back(o.sinks("acme"));
    host.complete(std::numeric_limits<ecp_op>::max(), &result);
    CHECK(violations(all[0].token(), violation::stale_completion) == 1);
    all.emplace_back(o.sinks("other"));
    host.complete(std::numeric_limits<ecp_op>::max(), &result);
    CHECK(violations(all[0].token(), violation::stale_completion) == 1);
    CHECK(violations(all[1].token(), violation::stale_completion) == 0);
}

TEST_CASE("instance: all the fields of a line have one limit together", "[provider][instances]") {
    observed o;
    const instance i{o.sinks("acme")};
    const std::string endless(1'000'000, 'x');
    say(i.token(), ECP_LOG_INFO, endless, std::vector<ecp_kv>(30, {text("k"), text(endless)}));
    CHECK(o.written.str().size() < 40'000);
}
