// What is kept of answers: it spares the upstream, and serves where there is none.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/gate.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <list>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view heartbeat = R"({"status":"up"})";

// A configuration that says how often it was asked for.
conduct numbered(const heard_request& r) {
    return answer(r.method == "POST" ? 201 : 200, sound_body(r, "v" + std::to_string(r.number)));
}

unsigned beat(const proxy_host& host, std::string_view id) {
    return host.device().request("PUT", device_path(id, "heartbeat"), heartbeat).status;
}

std::string with_cache(const faulty_upstream& of, std::string_view cache, std::string_view deadline = "20s") {
    return asking({of.url()},
                  std::string{"\"deadline\": \""}.append(deadline).append("\", \"cache\": ").append(cache));
}

} // namespace

TEST_CASE("cache: within the ttl an upstream is asked once for each read of a device", "[rest-proxy]") {
    faulty_upstream upstream{numbered};
    proxy_host host{with_cache(upstream, R"({"ttl": "1h"})")};
    for (const auto* id : {"press-1", "press-2"})
        for (const auto* call : {"configuration", "registration", "playbookexecutions"}) {
            INFO(id << " " << call);
            const auto before = upstream.requests();
            const auto first = host.get(id, call);
            CHECK(first.status == 200);
            for (int i = 0; i < 5; ++i) CHECK(host.get(id, call).body == first.body);
            CHECK(upstream.requests() == before + 1);
        }
    CHECK(host.figure("cache_misses_total") == 6);
    CHECK(host.figure("cache_hits_total") == 30);
    CHECK(eventually([&] { return host.figure("cache_bytes") > 0; }));
    CHECK(host.stops());
}

TEST_CASE("cache: past the ttl an answer is served while a new one is asked for", "[rest-proxy]") {
    faulty_upstream upstream{numbered};
    proxy_host host{with_cache(upstream, R"({"ttl": "1ms", "revalidate": "1h"})")};
    CHECK_THAT(host.get("press-1").body, Contains("\"v1\""));
    CHECK(eventually([&] { return host.get("press-1").body.find("\"v1\"") == std::string::npos; }));
    CHECK(host.figure("cache_stale_total") >= 1);
    CHECK(host.figure("cache_misses_total") == 1);
    // Nobody waits for an upstream that has gone.
    upstream.behave(always({.then = conduct::ending::hold}));
    for (int i = 0; i < 5; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(host.figure("cache_misses_total") == 1);
    CHECK(host.stops());
}

TEST_CASE("cache: whatever becomes of the upstream, a configuration goes on being served", "[rest-proxy]") {
    faulty_upstream upstream{numbered};
    proxy_host host{
        with_cache(upstream, R"({"ttl": "1h", "on-error": "1h"}, "breaker": {"calls": 1000000})", "2s")};
    const auto kept = host.get("press-1");
    REQUIRE(kept.status == 200);
    const std::vector<script> ends{
        always(answer(500)), always(answer(200, "<html>")), always({.then = conduct::ending::reset}),
        always({.then = conduct::ending::hold}),
        always(answer(200, R"({"device-configuration":{"device_id":"press-1"}})"))};
    double rescued = 0;
    for (const auto& does : ends) {
        upstream.behave(does);
        beat(host, "press-1"); // so that what is kept is no longer fresh
        const auto given = host.get("press-1");
        CHECK(given.status == 200);
        CHECK(given.body == kept.body);
        CHECK(host.figure("cache_rescued_total") == ++rescued);
        CHECK(host.get("press-2").status >= 503); // of which nothing is known
    }
    upstream.die();
    CHECK(host.get("press-1").body == kept.body);
    CHECK(eventually([&] { return host.readiness().find("is down") != std::string::npos; }));
    CHECK(host.stops());
}

TEST_CASE("cache: too old an answer is not served any more", "[rest-proxy]") {
    faulty_upstream upstream{numbered};
    proxy_host host{with_cache(upstream, R"({"ttl": "1ms", "revalidate": "1s", "on-error": "1s"})")};
    CHECK(host.get("press-1").status == 200);
    upstream.die();
    CHECK(eventually([&] { return host.get("press-1").status == 503; }));
    CHECK(host.stops());
}

TEST_CASE("cache: what the upstream no longer has is not served, from the moment on in which it says so",
          "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{with_cache(upstream, R"({"ttl": "1h"})")};
    CHECK(host.get("press-1").status == 200);
    upstream.behave(always(answer(404, R"({"message":"who?"})")));
    CHECK(beat(host, "press-1") == 404);
    CHECK(host.get("press-1").status == 404);
    upstream.die();
    CHECK(host.get("press-1").status == 503);
    CHECK(host.stops());
}

TEST_CASE("cache: after a heartbeat, a registration or an enrolment the next read asks again",
          "[rest-proxy]") {
    faulty_upstream upstream{numbered};
    proxy_host host{with_cache(upstream, R"({"ttl": "1h"})")};
    const std::vector<std::pair<std::string, std::string>> changes{
        {"PUT", "heartbeat"}, {"PUT", "registration"}, {"POST", "enrolment"}};
    for (const auto& [method, call] : changes) {
        INFO(method << " " << call);
        const auto first = host.get("press-1");
        const auto other = host.get("press-2");
        CHECK(host.get("press-1").body == first.body);
        CHECK(host.device().request(method, device_path("press-1", call), "{}").status < 300);
        const auto before = upstream.requests();
        CHECK(host.get("press-1").body != first.body);
        CHECK(host.get("press-2").body == other.body);
        CHECK(upstream.requests() == before + 1);
    }
    CHECK(host.stops());
}

TEST_CASE("cache: an answer that a change has overtaken is not kept", "[rest-proxy]") {
    gate held;
    faulty_upstream upstream{[&](const heard_request& r) {
        if (r.number == 1) held.pass();
        return numbered(r);
    }};
    proxy_host host{with_cache(upstream, R"({"ttl": "1h"})")};
    auto device = host.device();
    device.send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return upstream.requests() == 1; }));
    CHECK(beat(host, "press-1") == 200);
    held.open();
    CHECK_THAT(device.receive().body, Contains("\"v1\""));
    CHECK_THAT(host.get("press-1").body, Contains("\"v3\""));
    CHECK(host.stops());
}

TEST_CASE("cache: reads at the same time are one call", "[rest-proxy]") {
    gate held;
    faulty_upstream upstream{[&](const heard_request& r) {
        held.pass();
        return numbered(r);
    }};
    proxy_host host{with_cache(upstream, R"({"ttl": "1h"})")};
    constexpr int together = 20;
    std::list<client> devices;
    for (int i = 0; i < together; ++i)
        devices.emplace_back(host.to_device())
            .send(go_request("GET", device_path("press-1", "configuration")));
    CHECK(eventually([&] { return host.figure("cache_joined_total") == together - 1; }));
    held.open();
    for (auto& d : devices) CHECK_THAT(d.receive().body, Contains("\"v1\""));
    CHECK(upstream.requests() == 1);
    CHECK(host.stops());
}

TEST_CASE("cache: it stays within its bytes", "[rest-proxy]") {
    faulty_upstream upstream{
        [](const heard_request& r) { return answer(200, sound_body(r, std::string(4000, '1'))); }};
    constexpr double most = 200'000;
    proxy_host host{with_cache(upstream, R"({"bytes": 200000, "ttl": "1h"})")};
    for (int i = 0; i < 200; ++i) CHECK(host.get("press-" + std::to_string(i)).status == 200);
    CHECK(host.reload(with_cache(upstream, R"({"bytes": 200000, "ttl": "2h"})")).exit_code == 0);
    CHECK(eventually([&] { return host.figure("cache_bytes") > most / 2; }));
    CHECK(host.figure("cache_bytes") <= most);
    CHECK(host.stops());
}
