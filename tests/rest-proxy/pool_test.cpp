// Connections to upstreams: used again, bounded, and gone when nobody needs them.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/gate.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <array>
#include <list>
#include <thread>

using namespace edgeconf::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

std::string with_pool(const faulty_upstream& of, std::string_view pool) {
    return asking({of.url()},
                  std::string{R"("deadline": "30s", "cache": {"bytes": 0}, "pool": )"}.append(pool));
}

} // namespace

TEST_CASE("pool: connections are used again, and closed after their idle time", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{with_pool(upstream, R"({"idle-time": "1s"})")};
    for (int i = 0; i < 50; ++i) CHECK(host.get("press-" + std::to_string(i)).status == 200);
    CHECK(upstream.connections() < 10); // one, unless this machine is very slow
    CHECK(eventually([&] { return upstream.open_connections() == 0; }));
    CHECK(eventually([&] { return host.figure("upstream_connections") == 0; }));
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("pool: a connection of age is not used again", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{with_pool(upstream, R"({"age": "1s"})")};
    CHECK(host.get("press-1").status == 200);
    const auto before = upstream.connections();
    CHECK(eventually([&] { return host.get("press-1").status == 200 && upstream.connections() > before; }));
    CHECK(host.stops());
}

TEST_CASE("pool: where none waits and none is free, the answer is 503 at once", "[rest-proxy]") {
    gate held;
    faulty_upstream upstream{[&](const heard_request& r) {
        held.pass();
        return sound(r);
    }};
    proxy_host host{with_pool(upstream, R"({"connections": 1, "waiting": 0})")};
    auto first = host.device();
    first.send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return upstream.requests() == 1; }));
    for (int i = 0; i < 20; ++i) { // or these would wait for the first
        const auto given = host.get("press-2");
        CHECK(given.status == 503);
        CHECK(is_clean(given));
        CHECK(given.fields.contains("retry-after"));
    }
    CHECK(upstream.requests() == 1);
    held.open();
    CHECK(first.receive().status == 200);
    CHECK(host.get("press-2").status == 200);
    CHECK(host.figure("breakers_opened_total") == 0);
    CHECK(upstream.connections() == 1);
    CHECK(host.stops());
}

TEST_CASE("pool: so many may wait for a connection, in turn", "[rest-proxy]") {
    gate held;
    faulty_upstream upstream{[&](const heard_request& r) {
        held.pass();
        return sound(r);
    }};
    proxy_host host{with_pool(upstream, R"({"connections": 1, "waiting": 2})")};
    auto first = host.device();
    auto second = host.device();
    auto third = host.device();
    first.send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return upstream.requests() == 1; }));
    second.send(go_request("GET", device_path("press-2", "configuration")));
    CHECK(eventually([&] { return host.figure("upstream_waiting") == 1; }));
    third.send(go_request("GET", device_path("press-3", "configuration")));
    CHECK(eventually([&] { return host.figure("upstream_waiting") == 2; }));
    CHECK(host.get("press-4").status == 503);
    held.open();
    for (auto* device : {&first, &second, &third}) CHECK(device->receive().status == 200);
    const auto heard = upstream.heard();
    REQUIRE(heard.size() == 3);
    CHECK(heard[1].device() == "press-2");
    CHECK(heard[2].device() == "press-3");
    CHECK(upstream.connections() == 1);
    CHECK(host.stops());
}

TEST_CASE("pool: connections that die when they are used again cost a call one request more, not one each",
          "[rest-proxy]") {
    constexpr std::size_t idle = 8;
    gate held;
    faulty_upstream upstream{[&](const heard_request& r) {
        held.pass();
        return sound(r);
    }};
    proxy_host host{asking({upstream.url()}, R"("deadline": "30s", "cache": {"bytes": 0},
        "retries": {"attempts": 1}, "pool": {"idle-time": "1h"})")};
    std::list<client> devices;
    for (std::size_t i = 0; i < idle; ++i)
        devices.emplace_back(host.to_device())
            .send(go_request("GET", device_path("press-" + std::to_string(i), "configuration")));
    CHECK(eventually([&] { return upstream.requests() == idle; }));
    held.open();
    for (auto& d : devices) CHECK(d.receive().status == 200);
    upstream.behave(always({.then = conduct::ending::close}));
    CHECK(host.get("press-1").status == 503);
    CHECK(upstream.requests() == idle + 2);
    CHECK(host.stops());
}

TEST_CASE("pool: looking for an upstream that was given up heaps up no connections", "[rest-proxy]") {
    faulty_upstream upstream{always(answer(500))};
    proxy_host host{asking({upstream.url()}, R"("deadline": "30s", "pool": {"idle-time": "1h"},
        "breaker": {"calls": 1, "open-time": "1s"})")};
    CHECK(host.get("press-1").status == 503);
    const auto before = upstream.connections();
    CHECK(eventually([&] { return upstream.connections() >= before + 5; }));
    CHECK(upstream.open_connections() <= 2); // one that is kept, one that is looking
    CHECK(host.stops());
}

TEST_CASE("pool: a storm of faults leaves no connection and no descriptor behind", "[rest-proxy]") {
    const std::vector<script> all{
        sound,
        always({.then = conduct::ending::reset}),
        always({.then = conduct::ending::close}),
        always({.then = conduct::ending::hold}),
        always(answer(500)),
        always(answer(200, "<html>")),
        always({{"garbage\r\n\r\n"}}),
        always({{"HTTP/1.1 200 OK\r\n\r\n", std::string(4096, ' ')}, conduct::ending::repeat}),
        always({{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"}, conduct::ending::close}),
        [](const heard_request& r) {
            return conduct{{http_answer(200, sound_body(r))}, conduct::ending::close};
        },
        [](const heard_request& r) {
            return conduct{{http_answer(200, sound_body(r))}, conduct::ending::keep, 20ms};
        },
    };
    const temp_folder pki;
    authority ca{pki.path(), "ca"};
    const auto own = ca.issue("upstream", {.common_name = "upstream", .dns = {"localhost"}});
    const auto does = [&](const heard_request& r) { return all[r.number % all.size()](r); };
    faulty_upstream plain{sound};
    faulty_upstream secured{sound, {.tls = own}};
    proxy_host host{
        R"({"deadline": "300ms", "connect-time": "200ms", "threads": 2, "cache": {"bytes": 300000},
        "answer-bytes": 65536, "pool": {"connections": 4, "waiting": 8, "idle-time": "1s"},
        "breaker": {"calls": 1000000}, "upstreams": [{"url": ")" +
        plain.url() + R"("}, {"url": ")" + secured.url() + R"(", "tls": {"ca": ")" +
        ca.certificate().string() + R"("}}]})"};
    host.edgeconf({"log-level", "error"}); // nobody reads the pipe
    const auto is_quiet = [&] {
        return plain.open_connections() + secured.open_connections() == 0 &&
               host.figure("upstream_connections") == 0 && host.figure("upstream_waiting") == 0;
    };
    host.get("warm-up");
    CHECK(eventually(is_quiet));
    CHECK(eventually(
        [&] { return host.page("/metrics").find("\nedgeconf_connections 0\n") != std::string::npos; }));
    const auto before = host.descriptors();

    plain.behave(does);
    secured.behave(does);
    constexpr std::size_t clients = 12;
    constexpr std::size_t calls = 40;
    std::array<std::size_t, clients> clean{};
    {
        std::vector<std::thread> devices;
        for (std::size_t n = 0; n < clients; ++n)
            devices.emplace_back([&, n] {
                for (std::size_t i = 0; i < calls; ++i) {
                    const auto id = "press-" + std::to_string((n * calls + i) % 50);
                    auto device = host.device();
                    const auto given =
                        i % 5 == 0 ? device.request("PUT", device_path(id, "heartbeat"), "{}")
                                   : device.request("GET", device_path(id, i % 2 == 0 ? "configuration"
                                                                                      : "registration"));
                    const bool is_right = given.status != 200 || i % 5 == 0 || i % 2 != 0 ||
                                          given.body.find('"' + id + '"') != std::string::npos;
                    clean[n] += is_clean(given) && is_right ? 1 : 0;
                }
            });
        for (auto& d : devices) d.join();
    }
    for (const auto count : clean) CHECK(count == calls);
    CHECK(plain.requests() > 50);

    plain.behave(sound);
    secured.behave(sound);
    CHECK(eventually([&] { return host.get("after").status == 200; }));
    CHECK(eventually(is_quiet));
    CHECK(host.figure("cache_bytes") <= 300'000);
    CHECK(eventually([&] { return host.descriptors() <= before; }));
    CHECK_THAT(host.page("/metrics"), Contains("{violation=\"stale_completion\"} 0\n"));
    CHECK(host.stops()); // under a sanitizer also: without a leak
}
