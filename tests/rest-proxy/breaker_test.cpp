// Upstreams that are given up, and those that are asked instead.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view one_attempt =
    R"("deadline": "20s", "connect-time": "10s", "cache": {"bytes": 0}, "retries": {"attempts": 1}, )";

std::string with_breaker(const std::vector<std::string>& urls, std::string_view breaker) {
    return asking(urls, std::string{one_attempt}.append("\"breaker\": ").append(breaker));
}

} // namespace

TEST_CASE("breaker: an upstream that fails is asked no more, and the page says so", "[rest-proxy]") {
    const auto has_answers = GENERATE(true, false);
    faulty_upstream upstream{has_answers ? always(answer(500, R"({"message":"out of memory"})"))
                                         : always({.then = conduct::ending::reset})};
    proxy_host host{with_breaker({upstream.url()}, R"({"calls": 5, "window": "1h", "open-time": "1h"})")};
    for (int i = 0; i < 5; ++i) CHECK(host.get("press-1").status == 503);
    const auto asked = upstream.requests();
    CHECK(asked == 5);
    for (int i = 0; i < 20; ++i) {
        const auto given = host.get("press-1");
        CHECK(given.status == 503);
        CHECK(is_clean(given));
        CHECK(given.fields.contains("retry-after"));
    }
    CHECK(upstream.requests() == asked);
    CHECK(host.figure("breakers_opened_total") == 1);
    CHECK(host.figure("upstream_faults_total") == 5);
    const auto why = has_answers ? "out of memory" : "the connection to";
    CHECK_THAT(host.child().wait_for_line("is left alone"), Contains(upstream.url()) && Contains(why));
    CHECK(eventually([&] { return host.readiness().find("is down") != std::string::npos; }));
    // What an upstream says is for the log, and not for everybody.
    CHECK_THAT(host.readiness(), Contains(upstream.url()) &&
                                     Contains(has_answers ? "the upstream answers 500" : why) &&
                                     !Contains("out of memory"));
    CHECK(host.figure("upstreams_out") == 1);
    CHECK(host.stops());
}

TEST_CASE("breaker: an upstream that answers again is asked again", "[rest-proxy]") {
    faulty_upstream upstream{always(answer(503))};
    proxy_host host{with_breaker({upstream.url()}, R"({"calls": 5, "open-time": "1s"})")};
    CHECK(eventually(
        [&] { return host.get("press-1").status == 503 && host.figure("breakers_opened_total") == 1; }));
    upstream.behave(sound);
    CHECK(eventually([&] { return host.get("press-1").status == 200; }));
    for (int i = 0; i < 20; ++i) CHECK(host.get("press-1").status == 200);
    host.child().wait_for_line("answers again");
    CHECK(eventually([&] { return host.readiness() == "ok\n"; }));
    CHECK(host.figure("upstreams_out") == 0);
    CHECK(host.stops());
}

TEST_CASE("breaker: what an upstream refuses with reason does not count against it", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{with_breaker({upstream.url()}, R"({"calls": 1, "open-time": "1h"})")};
    for (const auto status : {400U, 401U, 403U, 404U, 409U, 413U, 429U, 501U}) {
        INFO(status);
        upstream.behave(always(answer(status)));
        const auto given = host.get("press-1");
        CHECK(given.status >= 400);
        CHECK(is_clean(given));
    }
    upstream.behave(sound);
    CHECK(host.get("press-1").status == 200);
    CHECK(host.figure("breakers_opened_total") == 0);
    CHECK(host.stops());
}

TEST_CASE("failover: the upstream of the next priority is asked when the first has gone, and no longer",
          "[rest-proxy]") {
    const temp_folder folder;
    faulty_upstream first{sound, {.socket = folder.path() / "first.sock"}};
    faulty_upstream second{sound, {.socket = folder.path() / "second.sock"}};
    proxy_host host{
        asking({first.url() + ":/api", second.url() + ":/other/base/"},
               R"("deadline": "20s", "cache": {"bytes": 0}, "breaker": {"calls": 2, "open-time": "1s"})")};
    for (int i = 0; i < 10; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(first.requests() == 10);
    CHECK(second.requests() == 0);
    CHECK(first.heard().front().target == "/api/namespaces/plant-1/devices/press-1/configuration");

    first.die();
    for (int i = 0; i < 10; ++i) CHECK(host.get("press-1").status == 200);
    const auto by_second = second.requests();
    CHECK(by_second == 10);
    CHECK(second.heard().front().target == "/other/base/namespaces/plant-1/devices/press-1/configuration");
    CHECK(eventually([&] { return host.readiness().starts_with("degraded: "); }));
    CHECK_THAT(host.readiness(), Contains(first.url()));
    CHECK(host.figure("upstreams_out") == 1);

    first.revive();
    const auto before = first.requests();
    CHECK(eventually([&] { return host.get("press-1").status == 200 && first.requests() > before; }));
    const auto then = second.requests();
    for (int i = 0; i < 10; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(second.requests() == then);
    CHECK(eventually([&] { return host.readiness() == "ok\n"; }));

    first.die();
    second.die();
    CHECK(host.get("press-1").status == 503);
    CHECK(eventually([&] { return host.readiness().find("is down") != std::string::npos; }));
    CHECK(host.stops());
}

TEST_CASE("failover: a first upstream that says nothing leaves time for the second", "[rest-proxy]") {
    faulty_upstream silent{always({.then = conduct::ending::hold})};
    faulty_upstream second{sound};
    proxy_host host{asking({silent.url(), second.url()}, R"("deadline": "2s", "cache": {"bytes": 0})")};
    CHECK(host.get("press-1").status == 200);
    CHECK(host.device().request("PUT", device_path("press-1", "heartbeat"), R"({"status":"up"})").status ==
          200);
    CHECK(host.stops());
}

TEST_CASE("failover: a slow upstream has all the time where no other one takes calls", "[rest-proxy]") {
    const temp_folder folder;
    const auto gone = "unix:" + (folder.path() / "gone.sock").string();
    faulty_upstream slow{sound};
    proxy_host host{asking({gone, slow.url()}, R"("deadline": "5s", "cache": {"bytes": 0},
        "breaker": {"calls": 1, "open-time": "1h"}, "retries": {"attempts": 3})")};
    CHECK(host.get("press-1").status == 200); // by then it is known which one has gone
    // Slower than the share that a first one has of it.
    slow.behave([](const heard_request& r) {
        return conduct{
            {http_answer(200, sound_body(r))}, conduct::ending::keep, std::chrono::milliseconds{3200}};
    });
    CHECK(host.get("press-1").status == 200);
    CHECK(slow.requests() == 2);
    CHECK(host.stops());
}

TEST_CASE("failover: upstreams of one priority share the calls", "[rest-proxy]") {
    faulty_upstream a{sound};
    faulty_upstream b{sound};
    proxy_host host{R"({"deadline": "20s", "cache": {"bytes": 0}, "upstreams": [{"url": ")" + a.url() +
                    R"("}, {"url": ")" + b.url() + R"("}]})"};
    for (int i = 0; i < 20; ++i) CHECK(host.get("press-1").status == 200);
    CHECK(a.requests() == 10);
    CHECK(b.requests() == 10);
    CHECK(host.stops());
}

TEST_CASE("retries: a GET and a heartbeat are made again, an enrolment that was sent is not",
          "[rest-proxy]") {
    const bool resets = GENERATE(true, false);
    faulty_upstream first{resets ? always({.then = conduct::ending::reset}) : always(answer(500))};
    faulty_upstream second{sound};
    proxy_host host{asking({first.url(), second.url()},
                           R"("deadline": "20s", "cache": {"bytes": 0}, "breaker": {"calls": 1000000})")};
    const auto enrol = [&] {
        return host.device()
            .request("POST", device_path("press-1", "enrolment"), R"({"features":{}})")
            .status;
    };
    CHECK(host.get("press-1").status == 200);
    CHECK(host.device().request("PUT", device_path("press-1", "heartbeat"), R"({"status":"up"})").status ==
          200);
    CHECK(second.requests() == 2);
    const auto before = first.requests();
    CHECK(enrol() == 503);
    CHECK(first.requests() == before + 1);
    CHECK(second.requests() == 2);

    // What was never sent may go to the next one.
    first.die();
    CHECK(enrol() == 201);
    CHECK(second.heard().back().body == R"({"features":{}})");
    CHECK(host.stops());
}

TEST_CASE("retries: they stay within their budget", "[rest-proxy]") {
    faulty_upstream upstream{always(answer(500))};
    proxy_host host{
        asking({upstream.url()}, R"("deadline": "20s", "cache": {"bytes": 0}, "breaker": {"calls": 1000000},
        "retries": {"attempts": 3, "budget-percent": 10})")};
    constexpr std::size_t calls = 200;
    for (std::size_t i = 0; i < calls; ++i) CHECK(host.get("press-1").status == 503);
    CHECK(upstream.requests() >= calls + 10);
    CHECK(upstream.requests() <= calls + calls / 10 + 10); // ten to begin with
    CHECK(host.stops());
}
