#include "unit/host/provider/waiting.hpp"

#include "provider/op_table.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace edgeconf;
using namespace edgeconf::provider;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

clock::time_point far_away() { return clock::now() + 24h; }

void complete_with(ecp_op token, std::string_view body) {
    const ecp_str part{body.data(), body.size()};
    ecp_result result{};
    result.struct_size = sizeof result;
    result.parts = &part;
    result.n_parts = 1;
    op_table::complete(token, &result);
}

// As many operations as the table takes.
std::vector<open_op*> open_all(op_table& table) {
    std::vector<open_op*> all;
    while (auto* op = table.open({}, far_away(), 0)) all.push_back(op);
    return all;
}

constexpr std::size_t most_open = 16 * 1024;

// Opens an operation, hands its token over, and waits for the answer.
awaitable<bool> call_and_compare(op_table& table, std::atomic<ecp_op>& handed_over, std::string expected) {
    auto* op = table.open({operation::put_heartbeat, {}, expected, {}, {}}, far_away(), 0);
    if (op == nullptr) co_return false;
    handed_over.store(op->token, std::memory_order_release);
    reply given;
    const bool in_time = co_await table.wait(*op, given);
    co_return in_time&& given.body == expected;
}

} // namespace

TEST_CASE("op_table: a completion from another thread wakes the one who waits", "[provider][op_table]") {
    asio::io_context context{1};
    const auto table = op_table::claim(context);
    auto* op = table->open({}, far_away(), 0);
    REQUIRE(op != nullptr);
    std::thread provider{[token = op->token] { complete_with(token, "from afar"); }};
    reply given;
    CHECK(run(context, table->wait(*op, given)));
    CHECK(given.body == "from afar");
    provider.join();
}

TEST_CASE("op_table: threads that complete at once each reach their own operation", "[provider][op_table]") {
    constexpr std::size_t threads = 4;
    constexpr std::size_t each = 250;
    asio::io_context context{1};
    const auto table = op_table::claim(context);
    for (int round = 0; round < 3; ++round) {
        std::vector<std::atomic<ecp_op>> tokens(threads * each);
        std::vector<std::optional<bool>> right(tokens.size());
        std::vector<std::thread> providers;
        for (std::size_t t = 0; t < threads; ++t)
            providers.emplace_back([&tokens, t] {
                for (std::size_t i = t; i < tokens.size(); i += threads) {
                    ecp_op token = 0;
                    while ((token = tokens[i].load(std::memory_order_acquire)) == 0)
                        std::this_thread::yield();
                    complete_with(token, "body " + std::to_string(i));
                }
            });
        for (std::size_t i = 0; i < tokens.size(); ++i)
            spawn(context, call_and_compare(*table, tokens[i], "body " + std::to_string(i)), right[i]);
        run_all(context);
        for (auto& provider : providers) provider.join();
        std::size_t good = 0;
        for (const auto& r : right) good += r.value_or(false) ? 1 : 0;
        CHECK(good == tokens.size());
    }
}

TEST_CASE("op_table: of several threads that complete one operation, one does", "[provider][op_table]") {
    asio::io_context context{1};
    const auto table = op_table::claim(context);
    for (int round = 0; round < 50; ++round) {
        auto* op = table->open({}, far_away(), 0);
        REQUIRE(op != nullptr);
        std::atomic<int> accepted{0};
        std::atomic<bool> go{false};
        std::vector<std::thread> providers;
        for (int t = 0; t < 4; ++t)
            providers.emplace_back([&, token = op->token] {
                while (!go) std::this_thread::yield();
                ecp_result result{};
                result.struct_size = sizeof result;
                if (op_table::complete(token, &result)) ++accepted;
            });
        go = true;
        reply given;
        CHECK(run(context, table->wait(*op, given)));
        for (auto& provider : providers) provider.join();
        CHECK(accepted == 1);
    }
}

TEST_CASE("op_table: each claimed table is another one", "[provider][op_table]") {
    asio::io_context context{1};
    const auto one = op_table::claim(context);
    const auto two = op_table::claim(context);
    REQUIRE((one && two));
    auto* in_one = one->open({}, far_away(), 0);
    auto* in_two = two->open({}, far_away(), 0);
    CHECK(in_one->token != in_two->token);
    complete_with(in_two->token, "two");
    reply given;
    CHECK(run(context, two->wait(*in_two, given)));
    CHECK_FALSE(op_table::is_cancelled(in_one->token));
    one->discard(*in_one);
}

TEST_CASE("op_table: there are 256 tables, and a released one is used again", "[provider][op_table]") {
    asio::io_context context{1};
    std::vector<op_table::handle> all;
    while (auto table = op_table::claim(context)) all.push_back(std::move(table));
    CHECK(all.size() == 256);
    const auto* released = all[100].get();
    all[100].reset();
    const auto again = op_table::claim(context);
    CHECK(again.get() == released);
    CHECK(op_table::claim(context) == nullptr);
}

TEST_CASE("op_table: operations that are never completed use up the slots, and no more",
          "[provider][op_table]") {
    asio::io_context context{1};
    const auto table = op_table::claim(context);
    const auto all = open_all(*table);
    CHECK(all.size() == most_open);
    CHECK(table->open({}, far_away(), 0) == nullptr);
    table->discard(*all.front());
    auto* again = table->open({}, far_away(), 0);
    REQUIRE(again == all.front());
    for (auto* op : all) table->discard(*op);
}

// A host that was stopped and began anew would otherwise lose a slot for every call that came late.
TEST_CASE("op_table: what was completed between two owners is free for the second", "[provider][op_table]") {
    std::vector<ecp_op> tokens;
    {
        auto context = std::make_unique<asio::io_context>(1);
        const auto table = op_table::claim(*context);
        std::vector<reply> replies(10);
        std::vector<std::optional<bool>> ended(replies.size());
        for (std::size_t i = 0; i < replies.size(); ++i) {
            auto* op = table->open({}, far_away(), 0);
            tokens.push_back(op->token);
            spawn(*context, table->wait(*op, replies[i]), ended[i]);
        }
        context->poll();
        context.reset();
    }
    for (const auto token : tokens) complete_with(token, "late");
    asio::io_context context{1};
    const auto table = op_table::claim(context);
    const auto all = open_all(*table);
    CHECK(all.size() == most_open);
    for (auto* op : all) table->discard(*op);
}
