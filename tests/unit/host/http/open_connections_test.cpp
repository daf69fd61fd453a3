#include "support/catch.hpp"

#include "http/open_connections.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace edgeconf::http;

namespace {

peer_key key(const char* address) { return key_of(boost::asio::ip::make_address(address)); }

} // namespace

TEST_CASE("key_of: a peer is an IPv4 address or the first half of an IPv6 address", "[http][connections]") {
    CHECK(key("192.0.2.1") == key("192.0.2.1"));
    CHECK(key("192.0.2.1") != key("192.0.2.2"));
    CHECK(key("2001:db8:1:2::1") == key("2001:db8:1:2:ffff::2"));
    CHECK(key("2001:db8:1:2::1") != key("2001:db8:1:3::1"));
}

TEST_CASE("open_connections: the total is limited, and a place that is gone is free again",
          "[http][connections]") {
    open_connections connections;
    auto first = connections.enter(key("192.0.2.1"), 2, 0);
    {
        const auto second = connections.enter(std::nullopt, 2, 0);
        CHECK(second.taken);
        const auto third = connections.enter(key("192.0.2.2"), 2, 0);
        CHECK(!third.taken);
        CHECK(third.why == open_connections::full::total);
    }
    const auto moved = std::move(first);
    CHECK(connections.enter(key("192.0.2.3"), 2, 0).taken);
    CHECK(!connections.enter(key("192.0.2.3"), 1, 0).taken);
}

TEST_CASE("open_connections: each peer has its own limit, and who has none has no limit",
          "[http][connections]") {
    open_connections connections;
    std::vector<open_connections::answer> held;
    for (int i = 0; i < 2; ++i) held.push_back(connections.enter(key("192.0.2.1"), 100, 2));
    CHECK(held.back().taken);
    const auto refused = connections.enter(key("192.0.2.1"), 100, 2);
    CHECK(!refused.taken);
    CHECK(refused.why == open_connections::full::peer);
    CHECK(connections.enter(key("192.0.2.2"), 100, 2).taken);
    for (int i = 0; i < 10; ++i) {
        held.push_back(connections.enter(std::nullopt, 100, 2));
        CHECK(held.back().taken);
    }
    held.clear();
    CHECK(connections.enter(key("192.0.2.1"), 100, 2).taken);
}

TEST_CASE("open_connections: threads never let in more than the limits", "[http][connections]") {
    open_connections connections;
    std::vector<std::thread> threads;
    std::atomic<int> inside{0};
    std::atomic<bool> too_many{false};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 2000; ++i) {
                const auto entered = connections.enter(key("192.0.2.1"), 100, 2);
                if (!entered.taken) continue;
                if (++inside > 2) too_many = true;
                --inside;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(!too_many);
    CHECK(connections.enter(key("192.0.2.1"), 1, 1).taken);
}
