#include "unit/host/provider/waiting.hpp"

#include "turns.hpp"

#include <boost/asio/post.hpp>

#include <string>
#include <vector>

using namespace edgeconf;
namespace asio = boost::asio;

namespace {

// Takes a turn, lets everybody else run twice, and ends it.
http::awaitable<int> take(turns& from, std::string name, std::vector<std::string>& seen) {
    const auto turn = co_await from.next();
    seen.push_back(name + " begins");
    for (int i = 0; i < 2; ++i) co_await asio::post(asio::use_awaitable_t<http::executor>{});
    seen.push_back(name + " ends");
    co_return 0;
}

} // namespace

TEST_CASE("turns: one at a time, in the order of asking", "[host][turns]") {
    turns all;
    asio::io_context context{1};
    std::vector<std::string> seen;
    std::vector<std::optional<int>> done(3);
    for (std::size_t i = 0; i < done.size(); ++i) spawn(context, take(all, std::to_string(i), seen), done[i]);
    run_all(context);
    CHECK(seen == std::vector<std::string>{"0 begins", "0 ends", "1 begins", "1 ends", "2 begins", "2 ends"});
    for (const auto& one : done) CHECK(one.has_value());
}

TEST_CASE("turns: free again after the last", "[host][turns]") {
    turns all;
    asio::io_context context{1};
    std::vector<std::string> seen;
    CHECK(run(context, take(all, "a", seen)) == 0);
    CHECK(run(context, take(all, "b", seen)) == 0);
    CHECK(seen.back() == "b ends");
}

TEST_CASE("turns: those that wait when the thread ends are let go", "[host][turns]") {
    turns all;
    std::vector<std::string> seen;
    std::optional<int> first;
    std::optional<int> second;
    {
        asio::io_context context{1};
        spawn(context, take(all, "first", seen), first);
        spawn(context, take(all, "second", seen), second);
        while (seen.empty()) context.run_one();
        context.poll_one();
    }
    CHECK_FALSE(second.has_value());
    asio::io_context context{1};
    CHECK(run(context, take(all, "later", seen)) == 0);
}
