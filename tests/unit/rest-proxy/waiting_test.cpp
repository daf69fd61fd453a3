// Calls that wait for a connection to an upstream that takes one and never says a word.
#include "rest-proxy/provider.hpp"

#include "abi/fake_host.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf;

namespace {

using boost::asio::local::stream_protocol;

// One connection, for which two calls may wait.
class silent_upstream {
public:
    silent_upstream() {
        fake_host::reset();
        one_.start(next_);
        fake_host::wait_for(next_);
        const auto sent = heartbeat("first"); // has the connection from here on
        CHECK_FALSE(is_answered(sent));
    }
    ~silent_upstream() {
        one_.stop(++next_);
        fake_host::wait_for(next_);
    }

    ecp_op heartbeat(std::string_view id, std::uint64_t deadline_ns = 0) {
        auto request = fake_host::request_for(id, "plant-1", "{}");
        request.deadline_ns = deadline_ns;
        one_.put_heartbeat(request, ++next_);
        return next_;
    }
    ecp_op read(std::string_view id) {
        one_.get_configuration(fake_host::request_for(id, "plant-1"), ++next_);
        return next_;
    }
    // Whether one more finds the queue full. All that came before it has been looked at then.
    bool refuses_one_more() {
        const auto op = heartbeat("one-more");
        const auto at_once = heartbeat("late", 1); // long past
        CHECK(fake_host::wait_for(at_once).front().status == ECP_DEADLINE);
        if (is_answered(op)) return fake_host::wait_for(op).front().status == ECP_BUSY;
        cancel(op);
        return false;
    }
    void cancel(ecp_op op) {
        one_.cancel(op);
        CHECK(fake_host::wait_for(op).front().status == ECP_CANCELLED);
    }
    void cancel_later(ecp_op op) { one_.cancel(op); }
    static bool is_answered(ecp_op op) {
        const std::lock_guard lock{fake_host::record().mutex};
        return !fake_host::record().completions[op].empty();
    }

private:
    std::string options() const {
        return fmt::format(R"({{"upstreams": [{{"url": "unix:{}"}}], "deadline": "1h", "connect-time": "1h",
            "pool": {{"connections": 1, "waiting": 2}}, "cache": {{"bytes": 0}}, "retries": {{"attempts": 1}}}})",
                           place_);
    }

    const test::temp_folder folder_;
    const std::string place_ = (folder_.path() / "silent.sock").string();
    boost::asio::io_context context_;
    stream_protocol::acceptor listener_{context_, stream_protocol::endpoint{place_}}; // the backlog is enough
    ecp_op next_ = 1;
    ecp::diagnostics found_{nullptr, nullptr};
    rest_proxy::provider one_{{&fake_host::table, 1}, options(), found_};
};

} // namespace

TEST_CASE("waiting: a queue of cancelled calls refuses nobody", "[rest-proxy]") {
    silent_upstream upstream;
    const auto second = upstream.heartbeat("second");
    const auto third = upstream.heartbeat("third");
    REQUIRE(upstream.refuses_one_more());
    SECTION("once they are answered") {
        upstream.cancel(second);
        CHECK_FALSE(upstream.refuses_one_more());
        upstream.cancel(third);
    }
    SECTION("and not only then") {
        upstream.cancel_later(second);
        upstream.cancel_later(third);
    }
    const auto fourth = upstream.heartbeat("fourth");
    const auto fifth = upstream.heartbeat("fifth");
    CHECK(upstream.refuses_one_more());
    CHECK_FALSE(upstream.is_answered(fourth));
    CHECK_FALSE(upstream.is_answered(fifth));
}

TEST_CASE("waiting: a call whose deadline has passed leaves the queue", "[rest-proxy]") {
    silent_upstream upstream;
    const auto soon = rest_proxy::clock::now() + std::chrono::milliseconds{50};
    const auto deadline = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(soon.time_since_epoch()).count());
    for (int i = 0; i < 2; ++i) {
        const auto op = upstream.heartbeat("short-lived", deadline);
        CHECK(fake_host::wait_for(op).front().status == ECP_DEADLINE);
    }
    upstream.heartbeat("second");
    CHECK_FALSE(upstream.refuses_one_more());
}

TEST_CASE("waiting: a read that several wait for leaves the queue with the last of them", "[rest-proxy]") {
    silent_upstream upstream;
    const auto one = upstream.read("pump-7");
    const auto other = upstream.read("pump-7");
    const auto second = upstream.heartbeat("second");
    REQUIRE(upstream.refuses_one_more());
    upstream.cancel(one);
    CHECK(upstream.refuses_one_more());
    upstream.cancel_later(other);
    // Comes before that one is answered, and has a call of its own.
    const auto again = upstream.read("pump-7");
    CHECK(fake_host::wait_for(other).front().status == ECP_CANCELLED);
    CHECK(upstream.refuses_one_more());
    CHECK_FALSE(upstream.is_answered(again));
    CHECK_FALSE(upstream.is_answered(second));
}

TEST_CASE("waiting: when all devices come at once each is answered once, or waits", "[rest-proxy]") {
    silent_upstream upstream;
    constexpr std::size_t devices = 20'000;
    std::vector<ecp_op> all;
    for (std::size_t i = 0; i < devices; ++i) all.push_back(upstream.heartbeat(fmt::format("pump-{}", i)));
    CHECK(upstream.refuses_one_more());
    std::size_t waiting = 0;
    std::size_t refused = 0;
    {
        const std::lock_guard lock{fake_host::record().mutex};
        for (const auto op : all) {
            const auto& given = fake_host::record().completions[op];
            waiting += given.empty() ? 1 : 0;
            refused += given.size() == 1 && given.front().status == ECP_BUSY ? 1 : 0;
        }
    }
    CHECK(waiting == 2);
    CHECK(refused == devices - 2);
}
