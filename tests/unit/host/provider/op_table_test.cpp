#include "unit/host/provider/waiting.hpp"

#include "provider/op_table.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace edgeconf;
using namespace edgeconf::provider;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

constexpr ecp_ctx nobody = 0;

clock::time_point far_away() { return clock::now() + 24h; }
clock::time_point past() { return clock::now() - 1s; }

ecp_str text(std::string_view s) { return {s.data(), s.size()}; }

ecp_result ok() {
    ecp_result made{};
    made.struct_size = sizeof made;
    return made;
}

// One thread's table, and the context that it belongs to.
struct thread_of_calls {
    asio::io_context context{1};
    op_table::handle table = op_table::claim(context);

    open_op& open(clock::time_point deadline = far_away(), ecp_ctx instance = nobody) {
        auto* op = table->open({operation::put_heartbeat, "ns", "device", "{}", "trace"}, deadline, instance);
        REQUIRE(op != nullptr);
        return *op;
    }

    // What a completion with `result` is taken as.
    reply reply_to(const ecp_result* result) {
        auto& op = open();
        REQUIRE(op_table::complete(op.token, result));
        reply given;
        REQUIRE(run(context, table->wait(op, given)));
        return given;
    }
};

awaitable<bool> complete_inside_then_wait(op_table& table, asio::io_context& context, bool& others_ran) {
    auto* op = table.open({}, far_away(), nobody);
    op_table::inline_call(*op, [op]() noexcept {
        const auto result = ok();
        op_table::complete(op->token, &result);
    });
    asio::post(context, [&others_ran] { others_ran = true; });
    reply given;
    const bool in_time = co_await table.wait(*op, given);
    co_return in_time && !others_ran;
}

} // namespace

TEST_CASE("op_table: the provider sees the call as it was opened", "[provider][op_table]") {
    thread_of_calls t;
    const auto deadline = far_away();
    auto& op = t.open(deadline);
    const auto& r = op.request;
    CHECK(op.token != 0);
    CHECK(r.struct_size == sizeof(ecp_request));
    CHECK(r.flags == 0);
    CHECK(r.deadline_ns == static_cast<std::uint64_t>(deadline.time_since_epoch().count()));
    CHECK(std::string{r.ns.ptr, r.ns.len} == "ns");
    CHECK(std::string{r.device_id.ptr, r.device_id.len} == "device");
    CHECK(std::string{r.body.ptr, r.body.len} == "{}");
    CHECK(std::string{r.trace.ptr, r.trace.len} == "trace");
    for (const auto& s : {r.ns, r.device_id, r.body, r.trace}) CHECK(s.ptr[s.len] == '\0');
    t.table->discard(op);
}

TEST_CASE("op_table: empty text of a request is no null pointer", "[provider][op_table]") {
    thread_of_calls t;
    auto* op = t.table->open({}, far_away(), nobody);
    REQUIRE(op != nullptr);
    for (const auto& s : {op->request.ns, op->request.device_id, op->request.body, op->request.trace}) {
        REQUIRE(s.ptr != nullptr);
        CHECK(s.len == 0);
        CHECK(*s.ptr == '\0');
    }
    t.table->discard(*op);
}

TEST_CASE("op_table: a completion from inside the call costs no suspension", "[provider][op_table]") {
    thread_of_calls t;
    bool others_ran = false;
    CHECK(run(t.context, complete_inside_then_wait(*t.table, t.context, others_ran)));
    CHECK(others_ran);
}

TEST_CASE("op_table: inside a call another operation may be completed too", "[provider][op_table]") {
    thread_of_calls t;
    auto& earlier = t.open();
    auto& op = t.open();
    op_table::inline_call(op, [&]() noexcept {
        const auto result = ok();
        op_table::complete(earlier.token, &result);
        op_table::complete(op.token, &result);
    });
    reply given;
    CHECK(run(t.context, t.table->wait(op, given)));
    CHECK(run(t.context, t.table->wait(earlier, given)));
}

TEST_CASE("op_table: a reply is copied, and its parts are joined", "[provider][op_table]") {
    thread_of_calls t;
    std::string one = "{\"a\":";
    std::string two = "1}";
    std::string revision = "r1";
    const std::array<ecp_str, 4> parts{text(one), {nullptr, 0}, text(two), text("")};
    const std::array<ecp_kv, 2> details{{{text("/a"), text("too big")}, {text(""), {nullptr, 0}}}};
    auto result = ok();
    result.status = ECP_INVALID;
    result.parts = parts.data();
    result.n_parts = parts.size();
    result.revision = text(revision);
    result.message = text("for the log");
    result.retry_after_ms = 1500;
    result.details = details.data();
    result.n_details = details.size();

    auto& op = t.open();
    REQUIRE(op_table::complete(op.token, &result));
    one.assign(one.size(), 'x'); // the provider's memory is its own again
    two.assign(two.size(), 'x');
    revision.assign(revision.size(), 'x');
    reply given;
    REQUIRE(run(t.context, t.table->wait(op, given)));
    CHECK_FALSE(given.malformed);
    CHECK(given.status == ECP_INVALID);
    CHECK(given.body == "{\"a\":1}");
    CHECK(given.revision == "r1");
    CHECK(given.message == "for the log");
    CHECK(given.retry_after == 1500ms);
    CHECK(given.details == std::vector<std::pair<std::string, std::string>>{{"/a", "too big"}, {"", ""}});
}

TEST_CASE("op_table: a status beyond the known ones is passed on", "[provider][op_table]") {
    thread_of_calls t;
    auto result = ok();
    result.status = 4711;
    const auto given = t.reply_to(&result);
    CHECK(given.status == 4711);
    CHECK_FALSE(given.malformed);
}

TEST_CASE("op_table: only what struct_size covers is read", "[provider][op_table]") {
    thread_of_calls t;
    const auto part = text("body");
    auto result = ok();
    result.status = ECP_BUSY;
    result.parts = &part;
    result.n_parts = 1;
    result.message = text("why");
    result.retry_after_ms = 9;

    result.struct_size = offsetof(ecp_result, retry_after_ms);
    const auto shorter = t.reply_to(&result);
    CHECK(shorter.body == "body");
    CHECK(shorter.message == "why");
    CHECK(shorter.retry_after == 0ms);

    result.struct_size = offsetof(ecp_result, parts);
    const auto shortest = t.reply_to(&result);
    CHECK_FALSE(shortest.malformed);
    CHECK(shortest.status == ECP_BUSY);
    CHECK(shortest.body.empty());

    struct {
        ecp_result known;
        std::array<char, 64> to_come;
    } longer{result, {}};
    longer.known.struct_size = sizeof longer;
    CHECK(t.reply_to(&longer.known).retry_after == 9ms);
}

TEST_CASE("op_table: a result that cannot be is malformed and nothing worse", "[provider][op_table]") {
    thread_of_calls t;
    constexpr auto endless = std::numeric_limits<std::uint64_t>::max();
    const ecp_str good = text("x");
    const ecp_str no_pointer{nullptr, 1};
    const ecp_str too_long{"x", endless};
    const ecp_str longer_than_text{"x", (64U << 10) + 1};
    const ecp_kv bad_key{no_pointer, good};
    const ecp_kv bad_value{good, too_long};
    auto result = ok();

    SECTION("no result") {
        CHECK(t.reply_to(nullptr).malformed);
        return;
    }
    SECTION("no size") { result.struct_size = 0; }
    SECTION("a size without the status") { result.struct_size = offsetof(ecp_result, status) + 3; }
    SECTION("parts that are not there") { result.n_parts = 1; }
    SECTION("more parts than a body has") {
        result.parts = &good;
        result.n_parts = 4097;
    }
    SECTION("endless parts") {
        result.parts = &good;
        result.n_parts = endless;
    }
    SECTION("a part without bytes") {
        result.parts = &no_pointer;
        result.n_parts = 1;
    }
    SECTION("an endless part") {
        result.parts = &too_long;
        result.n_parts = 1;
    }
    SECTION("a revision without bytes") { result.revision = no_pointer; }
    SECTION("an endless revision") { result.revision = longer_than_text; }
    SECTION("a message without bytes") { result.message = no_pointer; }
    SECTION("an endless message") { result.message = too_long; }
    SECTION("details that are not there") { result.n_details = 1; }
    SECTION("endless details") {
        result.details = &bad_key;
        result.n_details = endless;
    }
    SECTION("a detail without a place") {
        result.details = &bad_key;
        result.n_details = 1;
    }
    SECTION("a detail with endless words") {
        result.details = &bad_value;
        result.n_details = 1;
    }
    const auto given = t.reply_to(&result);
    CHECK(given.malformed);
    CHECK(given.status == ECP_INTERNAL);
}

TEST_CASE("op_table: parts that are too much together are malformed", "[provider][op_table]") {
    thread_of_calls t;
    const std::string megabyte(1 << 20, 'x');
    std::vector<ecp_str> parts(64, text(megabyte));
    auto result = ok();
    result.parts = parts.data();
    result.n_parts = parts.size();
    CHECK(t.reply_to(&result).body.size() == 64U << 20);
    parts.push_back(text("x"));
    result.parts = parts.data();
    result.n_parts = parts.size();
    CHECK(t.reply_to(&result).malformed);
}

TEST_CASE("op_table: a second completion is refused, before and after the reply was taken",
          "[provider][op_table]") {
    thread_of_calls t;
    auto& op = t.open(far_away(), 77);
    const auto token = op.token;
    const auto result = ok();
    CHECK(op_table::complete(token, &result));
    CHECK_FALSE(op_table::complete(token, &result));
    reply given;
    REQUIRE(run(t.context, t.table->wait(op, given)));
    CHECK_FALSE(op_table::complete(token, &result));
    CHECK(op_table::instance_of(token) == 77); // whom it counts to

    auto& next = t.open();
    CHECK_FALSE(op_table::complete(token, &result)); // the slot is another operation's now
    CHECK_FALSE(op_table::is_cancelled(next.token));
    t.table->discard(next);
}

TEST_CASE("op_table: a token that never was leads nowhere", "[provider][op_table]") {
    thread_of_calls t;
    auto& op = t.open();
    const auto result = ok();
    const std::vector<ecp_op> all{0,
                                  1,
                                  std::numeric_limits<ecp_op>::max(),
                                  op.token + 1,
                                  op.token - 1,
                                  op.token ^ (1ULL << 32),
                                  op.token ^ (1ULL << 55),
                                  op.token ^ (1ULL << 63),
                                  op.token & 0xffffffff00000000ULL};
    for (const auto forged : all) {
        if (forged == op.token) continue; // the very first token is 1
        INFO(forged);
        CHECK_FALSE(op_table::complete(forged, &result));
        CHECK(op_table::is_cancelled(forged));
    }
    CHECK_FALSE(op_table::is_cancelled(op.token));
    t.table->discard(op);
}

TEST_CASE("op_table: a token that was never handed out is nobody's", "[provider][op_table]") {
    CHECK(op_table::instance_of(0xff00000000000001ULL) == 0);
    CHECK(op_table::instance_of(std::numeric_limits<ecp_op>::max()) == 0);
}

TEST_CASE("op_table: past its deadline an operation is cancelled and may still be completed",
          "[provider][op_table]") {
    thread_of_calls t;
    auto& op = t.open(past());
    const auto token = op.token;
    CHECK_FALSE(op_table::is_cancelled(token));
    reply given;
    CHECK_FALSE(run(t.context, t.table->wait(op, given)));
    CHECK(op_table::is_cancelled(token));
    // The request is the provider's until it completes.
    CHECK(std::string{op.request.device_id.ptr, op.request.device_id.len} == "device");

    auto& meanwhile = t.open();
    CHECK((meanwhile.token >> 32) != (token >> 32));

    const auto result = ok();
    CHECK(op_table::complete(token, &result));
    CHECK_FALSE(op_table::complete(token, &result));
    run_all(t.context);
    CHECK(op_table::is_cancelled(token));

    auto& again = t.open();
    CHECK((again.token >> 32) == (token >> 32)); // the slot is free again
    CHECK(again.token != token);
    t.table->discard(again);
    t.table->discard(meanwhile);
}

TEST_CASE("op_table: a reply that is there is taken, also past the deadline", "[provider][op_table]") {
    thread_of_calls t;
    auto& op = t.open(past());
    op_table::inline_call(op, [&]() noexcept {
        const auto result = ok();
        op_table::complete(op.token, &result);
    });
    reply given;
    CHECK(run(t.context, t.table->wait(op, given)));
    CHECK(given.status == ECP_OK);
}

TEST_CASE("op_table: what never reached the provider is given back at once", "[provider][op_table]") {
    thread_of_calls t;
    auto& op = t.open();
    const auto token = op.token;
    t.table->discard(op);
    const auto result = ok();
    CHECK(op_table::is_cancelled(token));
    CHECK_FALSE(op_table::complete(token, &result));
}

TEST_CASE("op_table: with the one who waits gone, a late completion is harmless", "[provider][op_table]") {
    const auto result = ok();
    auto context = std::make_unique<asio::io_context>(1);
    auto table = op_table::claim(*context);
    auto* op = table->open({}, far_away(), nobody);
    REQUIRE(op != nullptr);
    const auto token = op->token;
    reply given;
    std::optional<bool> ended;
    spawn(*context, table->wait(*op, given), ended);
    context->poll();
    CHECK_FALSE(op_table::is_cancelled(token));

    context.reset(); // and with it the coroutine
    CHECK_FALSE(ended.has_value());
    CHECK(op_table::is_cancelled(token));
    table.reset();
    CHECK(op_table::complete(token, &result));
    CHECK_FALSE(op_table::complete(token, &result));
}
