// Start, reload and stop of a host whose upstreams are not as they should be.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <list>
#include <thread>

using namespace edgeconf::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view uncached = R"("deadline": "20s", "cache": {"bytes": 0})";

} // namespace

TEST_CASE("lifecycle: a host starts without its upstream, says so, and serves once it is there",
          "[rest-proxy]") {
    const temp_folder folder;
    const upstream_place at{.socket = folder.path() / "upstream.sock"};
    proxy_host host{asking({"unix:" + at.socket.string()},
                           R"("deadline": "20s", "cache": {"bytes": 0}, "breaker": {"open-time": "1s"})")};
    CHECK_THAT(host.readiness(), Contains("is down") && Contains(at.socket.string()));
    CHECK(host.get("press-1").status == 503);
    faulty_upstream upstream{sound, at};
    CHECK(eventually([&] { return host.readiness() == "ok\n"; })); // nobody has asked meanwhile
    CHECK(eventually([&] { return host.get("press-1").status == 200; }));
    CHECK(host.stops());
}

TEST_CASE("lifecycle: a reload while calls are under way loses none", "[rest-proxy]") {
    const auto slowly = [](const heard_request& r) {
        auto made = conduct{{http_answer(200, sound_body(r))}, conduct::ending::keep, 20ms};
        return made;
    };
    faulty_upstream first{slowly};
    faulty_upstream second{slowly};
    proxy_host host{asking({first.url()}, uncached)};
    std::atomic<bool> is_over{false};
    std::atomic<std::size_t> served{0};
    std::atomic<std::size_t> lost{0};
    std::vector<std::thread> devices;
    for (int n = 0; n < 6; ++n)
        devices.emplace_back([&, n] {
            try {
                auto device = host.device();
                while (!is_over) {
                    const auto given =
                        device.request("GET", device_path("press-" + std::to_string(n), "configuration"));
                    ++(given.status == 200 ? served : lost);
                }
            } catch (const std::exception&) {
                ++lost;
            }
        });
    for (int i = 0; i < 6; ++i) {
        const auto before = served.load();
        const auto& to = i % 2 == 0 ? second : first;
        CHECK(host.reload(asking({to.url()}, i == 3 ? std::string{uncached} + R"(, "threads": 3)" : uncached))
                  .exit_code == 0);
        CHECK(eventually([&] { return served > before + 20 || lost != 0; }));
    }
    is_over = true;
    for (auto& d : devices) d.join();
    CHECK(lost == 0);
    CHECK(first.requests() + second.requests() == served);
    CHECK(second.requests() > 20);
    CHECK(host.stops());
}

TEST_CASE("lifecycle: options that are no good are refused, and the former ones stay", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{asking({upstream.url()}, uncached)};
    for (const auto* bad : {R"({"upstreams": [{"url": "ftp://elsewhere"}]})", R"({"upstreams": []})",
                            R"({"upstreams": [{"url": "https://x", "tls": {"ca": "/does/not/exist"}}]})"})
        CHECK(host.reload(bad).exit_code == 1);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("lifecycle: what is kept stays over a reload", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{asking({upstream.url()}, R"("deadline": "20s", "cache": {"ttl": "1h"})")};
    CHECK(host.get("press-1").status == 200);
    upstream.die();
    CHECK(host.reload(asking({upstream.url()}, R"("deadline": "20s", "cache": {"ttl": "2h"})")).exit_code ==
          0);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("lifecycle: a stop in the middle of slow calls ends in time", "[rest-proxy]") {
    // The host cancels them after its own deadline; to the proxy they would be worth waiting for.
    faulty_upstream silent{always({.then = conduct::ending::hold})};
    proxy_host host{asking({silent.url()}, R"("deadline": "1h", "pool": {"connections": 2})"),
                    "shutdown-time: 100ms\n", "1s"};
    std::list<client> devices;
    for (int i = 0; i < 10; ++i)
        devices.emplace_back(host.to_device())
            .send(go_request("GET", device_path("press-" + std::to_string(i), "configuration")));
    CHECK(eventually([&] { return silent.requests() == 2 && host.figure("upstream_waiting") == 8; }));
    CHECK(host.stops()); // hangs otherwise, or is not in order
}

TEST_CASE("lifecycle: a stop while connections are being made ends in time", "[rest-proxy]") {
    faulty_upstream good{sound};
    faulty_upstream mute{sound, {.is_mute = true}};
    proxy_host host{asking({good.url()}, uncached), "shutdown-time: 100ms\n", "1s"};
    const auto url = "https://127.0.0.1" + mute.url().substr(mute.url().rfind(':'));
    CHECK(host.reload(asking({url}, R"("deadline": "1h", "connect-time": "1h")")).exit_code == 0);
    auto device = host.device();
    device.send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return mute.open_connections() == 2; })); // the first one is the proxy's own look
    CHECK(host.stops());
}

TEST_CASE("lifecycle: a reload does not wait for an upstream that says nothing longer than its deadline",
          "[rest-proxy]") {
    faulty_upstream silent{always({.then = conduct::ending::hold})};
    faulty_upstream good{sound};
    proxy_host host{asking({silent.url()}, R"("deadline": "2s", "retries": {"attempts": 1})")};
    auto device = host.device();
    device.send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return silent.requests() == 1; }));
    CHECK(host.reload(asking({good.url()}, uncached)).exit_code == 0);
    CHECK(device.receive().status == 504); // as those say who were asked
    CHECK(host.get("press-1").status == 200);
    CHECK(host.stops());
}

TEST_CASE("lifecycle: a name server that says nothing keeps no call, no reload and no stop waiting",
          "[rest-proxy]") {
    faulty_upstream good{sound};
    const char* given = std::getenv("ASAN_OPTIONS");
    const auto options = given == nullptr ? std::string{} : std::string{given} + ":";
    const auto nobody = asking({"http://silent.test:80"}, R"("deadline": "1s", "connect-time": "300ms")");
    proxy_host host{nobody,
                    {},
                    "1h",
                    {{"LD_PRELOAD", SILENT_NAMES}, {"ASAN_OPTIONS", options + "verify_asan_link_order=0"}}};
    CHECK_THAT(host.readiness(), Contains("is down") && Contains("silent.test"));
    const auto answer = host.get("press-1");
    CHECK((answer.status == 503 || answer.status == 504));
    CHECK_FALSE(message_of(answer).empty());
    CHECK(host.reload(asking({good.url()}, uncached)).exit_code == 0);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.reload(nobody).exit_code == 0);
    CHECK(host.stops());
}
