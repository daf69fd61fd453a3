// Whatever an upstream does: an answer that is right, or a clean error, by the deadline.
#include "rest-proxy/conducts.hpp"
#include "rest-proxy/proxy_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <list>

using namespace edgeconf::test;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

using ending = conduct::ending;

struct fault {
    const char* name;
    script does;
    unsigned reads;  // what they get
    unsigned writes; // what enrolment, registration and heartbeat get
};

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

script sent(std::string bytes, ending then) { return always({.pieces = {std::move(bytes)}, .then = then}); }

// The right answer up to there.
script cut(std::size_t bytes, ending then) {
    return [=](const heard_request& r) {
        return conduct{.pieces = {http_answer(200, sound_body(r)).substr(0, bytes)}, .then = then};
    };
}

script of_length(int more, ending then) {
    return [=](const heard_request& r) {
        const auto body = "{}" + sound_body(r);
        return conduct{.pieces = {std::string{head} + "Content-Length: " +
                                  std::to_string(static_cast<int>(body.size()) + more) + "\r\n\r\n" + body},
                       .then = then};
    };
}

script chunked(std::string chunks, ending then) {
    return sent(std::string{head} + "Transfer-Encoding: chunked\r\n\r\n" + std::move(chunks), then);
}

std::vector<fault> faults() {
    return {
        {"says nothing", always({.then = ending::hold}), 504, 504},
        {"resets", always({.then = ending::reset}), 503, 503},
        {"closes", always({.then = ending::close}), 503, 503},
        {"closes within the header", cut(20, ending::close), 503, 503},
        {"resets within the header", cut(20, ending::reset), 503, 503},
        {"stops within the header", cut(20, ending::hold), 504, 504},
        {"closes within the body", of_length(1, ending::close), 503, 503},
        {"resets within the body", of_length(1, ending::reset), 503, 503},
        {"announces more than it sends", of_length(1, ending::hold), 504, 504},
        {"sends more than it announces", of_length(-1, ending::hold), 503, 200},
        {"announces what is no number", sent(std::string{head} + "Content-Length: -7\r\n\r\n", ending::hold),
         503, 503},
        {"announces two lengths",
         sent(std::string{head} + "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}", ending::hold), 503,
         503},
        {"announces more than is wanted",
         sent(std::string{head} + "Content-Length: 99999999999\r\n\r\n", ending::hold), 503, 503},
        {"answers garbage", sent(std::string(300, '\x16') + "\r\n\r\n", ending::hold), 503, 503},
        {"speaks another protocol", sent("220 mail.example ESMTP\r\n", ending::hold), 503, 503},
        {"never ends its header",
         always({.pieces = {std::string{head}, "X-More: of the same\r\n"}, .then = ending::repeat}), 503,
         503},
        {"never ends a field",
         always({.pieces = {std::string{head} + "X-More: ", std::string(1000, 'a')}, .then = ending::repeat}),
         503, 503},
        {"never ends its body",
         always({.pieces = {std::string{head} + "\r\n", std::string(4096, ' ')}, .then = ending::repeat}),
         503, 503},
        {"never ends its chunks",
         always({.pieces = {std::string{head} + "Transfer-Encoding: chunked\r\n\r\n",
                            "1000\r\n" + std::string(4096, ' ') + "\r\n"},
                 .then = ending::repeat}),
         503, 503},
        {"trickles",
         always({.pieces = {std::string{head} + "Content-Length: 5000\r\n\r\n", " "},
                 .then = ending::repeat,
                 .pause = 20ms}),
         504, 504},
        {"breaks off within a chunk", chunked("ff\r\n{", ending::close), 503, 503},
        {"breaks off between chunks", chunked("2\r\n{}\r\n", ending::close), 503, 503},
        {"writes a chunk's size in no number", chunked("zz\r\n{}\r\n0\r\n\r\n", ending::hold), 503, 503},
        {"is told to ask elsewhere", always(answer(302, "", "Location: http://127.0.0.1:1/\r\n")), 503, 503},
        {"switches protocols", always(answer(101, "", "Upgrade: h2c\r\nConnection: upgrade\r\n")), 503, 503},
        {"has an error", always(answer(500, R"({"message":"out of memory"})")), 503, 503},
        {"is a gateway without anybody behind it", always(answer(502, "<html>Bad Gateway</html>")), 503, 503},
        {"is overloaded", always(answer(503, "", "Retry-After: 3\r\n")), 503, 503},
        {"is a gateway that waits in vain", always(answer(504)), 504, 504},
        {"does not do that", always(answer(501, R"({"message":"later"})")), 501, 501},
        {"limits the rate", always(answer(429, "slower, please")), 503, 503},
        {"answers HTML", always(answer(200, "<html>Welcome to nginx!</html>")), 503, 200},
        {"answers an empty object", always(answer(200, "{}")), 503, 200},
        {"answers null as a configuration", always(answer(200, R"({"device-configuration":null})")), 503,
         200},
        {"answers nothing", always(answer(200)), 503, 200},
        {"answers 204", always(answer(204)), 503, 200},
        {"answers a deep nest", always(answer(200, std::string(100'000, '['))), 503, 200},
    };
}

struct asked {
    std::string method;
    std::string call;
    std::string body;
};

const std::vector<asked>& calls() {
    static const std::vector<asked> all{
        {"GET", "configuration", ""},      {"GET", "registration", ""},
        {"GET", "playbookexecutions", ""}, {"POST", "enrolment", R"({"features":{}})"},
        {"PUT", "registration", "{}"},     {"PUT", "heartbeat", R"({"status":"up"})"},
    };
    return all;
}

} // namespace

TEST_CASE("faults: every call to an upstream that misbehaves has a clean error by the deadline",
          "[rest-proxy]") {
    faulty_upstream upstream{sound};
    const auto with_deadline = [&](const std::string& deadline) {
        return asking({upstream.url()}, R"("deadline": ")" + deadline + R"(", "connect-time": "1s",
            "cache": {"bytes": 0}, "answer-bytes": 1048576, "pool": {"idle-time": "1s"},
            "breaker": {"calls": 1000000})");
    };
    proxy_host impatient{with_deadline("1500ms")};
    proxy_host patient{with_deadline("20s")}; // whose answers do not depend on how busy the machine is
    for (const auto& f : faults()) {
        INFO("an upstream that " << f.name);
        auto& host = f.reads == 504 ? impatient : patient;
        upstream.behave(f.does);
        const auto before = upstream.heard().size();
        std::list<client> devices; // all at once
        for (const auto& c : calls())
            devices.emplace_back(host.to_device())
                .send(go_request(c.method, device_path("press-1", c.call), c.body));
        for (const auto& c : calls()) {
            INFO(c.method << " " << c.call);
            const auto given = devices.front().receive();
            CHECK(given.status == (c.method == "GET" ? f.reads : f.writes));
            CHECK(is_clean(given));
            devices.pop_front();
        }
        // It may have done what it was asked: nobody knows.
        const auto heard = upstream.heard();
        CHECK(std::count_if(heard.begin() + static_cast<std::ptrdiff_t>(before), heard.end(),
                            [](const auto& r) { return r.method == "POST"; }) == 1);

        upstream.behave(sound);
        const auto after = host.get("press-1");
        CHECK(after.status == 200);
        CHECK_THAT(after.body, Contains("press-1"));
    }
    CHECK(eventually([&] { return upstream.open_connections() == 0; }));
    CHECK(patient.stops());
    CHECK(impatient.stops());
}

TEST_CASE("faults: an answer is never taken for that of another request", "[rest-proxy]") {
    // What is behind an answer would be the next device's: that it was removed.
    const auto surplus = http_answer(200, R"({"status":"unregistered"})");
    const auto registration = [](const heard_request& r) { return http_answer(200, sound_body(r)); };
    const std::vector<std::pair<const char*, script>> upstreams{
        {"with the answer", [&](const auto& r) { return conduct{{registration(r) + surplus}}; }},
        {"right behind it",
         [&](const auto& r) {
             return conduct{{registration(r), surplus}};
         }},
        {"after a while",
         [&](const auto& r) {
             return conduct{{registration(r), surplus}, ending::keep, 10ms};
         }},
    };
    const temp_folder pki;
    authority ca{pki.path(), "ca"};
    const auto own = ca.issue("upstream", {.common_name = "upstream", .dns = {"localhost"}});
    const bool with_tls = GENERATE(false, true);
    faulty_upstream upstream{sound, {.tls = with_tls ? std::optional{own} : std::nullopt}};
    const auto tls = with_tls ? R"(, "tls": {"ca": ")" + ca.certificate().string() + "\"}" : std::string{};
    proxy_host host{R"({"upstreams": [{"url": ")" + upstream.url() + "\"" + tls +
                    R"(}], "deadline": "20s", "connect-time": "10s", "cache": {"bytes": 0}})"};
    for (const auto& [when, does] : upstreams) {
        INFO("over " << upstream.url() << ", surplus " << when);
        upstream.behave(does);
        for (int i = 0; i < 5; ++i) {
            const auto given = host.get("press-1", "registration");
            CHECK(given.body == R"({"namespace":"plant-1","status":"registered"})");
            REQUIRE(eventually([&] { return upstream.behaved() == upstream.requests(); }));
        }
    }
    CHECK(host.stops());
}

TEST_CASE("faults: interim responses are passed over", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{asking({upstream.url()}, R"("deadline": "20s", "cache": {"bytes": 0})")};
    const auto pause = GENERATE(0ms, 10ms);
    upstream.behave([&](const heard_request& r) {
        return conduct{{"HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
                        http_answer(200, sound_body(r))},
                       ending::keep,
                       pause};
    });
    for (const auto* id : {"press-1", "press-2", "press-3"}) {
        const auto given = host.get(id);
        CHECK(given.status == 200);
        CHECK_THAT(given.body, Contains(id));
    }
    CHECK(upstream.connections() == 1);

    upstream.behave(always({{"HTTP/1.1 100 Continue\r\n\r\n"}, ending::repeat}));
    host.reload(asking({upstream.url()}, R"("deadline": "500ms", "cache": {"bytes": 0})"));
    CHECK(host.get("press-1").status == 503); // nobody listens to that for long
    CHECK(host.stops());
}

TEST_CASE("faults: what comes around a body is limited as the head is", "[rest-proxy]") {
    const std::string much(1U << 20, 'a');
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto rest = GENERATE_COPY(as<std::string>{}, "0\r\nX: " + much + "\r\n\r\n",
                                    "1;" + much + "\r\n1\r\n0\r\n\r\n", much);
    faulty_upstream upstream{always({{head + rest}, ending::keep})};
    proxy_host host{asking({upstream.url()}, R"("deadline": "20s", "cache": {"bytes": 0})")};
    const auto given = host.get("press-1");
    CHECK(given.status == 503);
    CHECK(is_clean(given));
    CHECK(host.stops());
}

TEST_CASE("faults: a connection that ends with each answer, announced or not, costs no answer",
          "[rest-proxy]") {
    const std::vector<script> upstreams{
        [](const auto& r) {
            return conduct{{http_answer(200, sound_body(r))}, ending::close};
        },
        [](const auto& r) {
            return conduct{{http_answer(200, sound_body(r), "Connection: close\r\n")}, ending::hold};
        },
        [](const auto& r) {
            return conduct{{"HTTP/1.0 200 OK\r\n\r\n" + sound_body(r)}, ending::close};
        },
        [](const auto& r) {
            return conduct{{"HTTP/1.1 200 OK\r\n\r\n" + sound_body(r)}, ending::close};
        },
        [](const auto& r) {
            return conduct{{http_answer(200, sound_body(r))}, ending::reset};
        },
    };
    faulty_upstream upstream{sound};
    proxy_host host{asking({upstream.url()}, R"("deadline": "20s", "cache": {"bytes": 0})")};
    for (const auto& does : upstreams) {
        upstream.behave(does);
        for (int i = 0; i < 20; ++i) CHECK(host.get("press-1").status == 200);
        CHECK(
            host.device().request("PUT", device_path("press-1", "heartbeat"), R"({"status":"up"})").status ==
            200);
    }
    CHECK(host.figure("breakers_opened_total") == 0);
    CHECK(host.stops());
}

TEST_CASE("faults: one that flaps costs repeatable calls nothing but a retry", "[rest-proxy]") {
    // Two bad, one good: within three attempts each.
    faulty_upstream upstream{[](const heard_request& r) {
        if (r.number % 3 == 0) return sound(r);
        return r.number % 3 == 1 ? answer(200, "<html>") : answer(503);
    }};
    proxy_host host{
        asking({upstream.url()}, R"("deadline": "20s", "cache": {"bytes": 0}, "breaker": {"calls": 1000000},
        "retries": {"attempts": 3, "budget-percent": 100}, "threads": 1)")};
    for (int i = 0; i < 10; ++i) CHECK(host.get("press-1").status == 200);
    const auto asked = upstream.requests();
    CHECK(host.figure("upstream_retries_total") == static_cast<double>(asked) - 10);
    CHECK(host.stops());
}

TEST_CASE("faults: an upstream that removes everybody blows the fuse", "[rest-proxy]") {
    faulty_upstream upstream{sound};
    proxy_host host{asking({upstream.url()}, R"("deadline": "20s", "cache": {"ttl": "1h"})")};
    constexpr int devices = 50;
    auto edge_api = host.edge_api();
    const auto ask = [&](int i) { return edge_api.get_registration("press-" + std::to_string(i)); };
    // These answers are kept; they do not hide that a device was removed for longer than they are fresh.
    for (int i = 0; i < devices; ++i) CHECK(ask(i).status == 200);
    upstream.behave(always(answer(200, R"({"status":"unregistered","namespace":"plant-1"})")));
    for (int i = 0; i < devices; ++i) CHECK_THAT(ask(i).body, Contains(R"("registered")"));
    for (int i = 0; i < devices; ++i)
        edge_api.put_heartbeat("plant-1", "press-" + std::to_string(i), R"({"status":"up"})");

    int told = 0;
    int withheld = 0;
    for (int i = 0; i < devices; ++i) {
        const auto given = ask(i);
        if (given.body == R"({"status":"unregistered"})") ++told;
        if (given.status == 503 && message_of(given).find("fuse") != std::string::npos) ++withheld;
    }
    CHECK(told == 10); // fuse.minimum
    CHECK(withheld == devices - 10);
    CHECK_THAT(host.page("/metrics"), Contains("edgeconf_fuse_blown 1\n"));
    CHECK(host.stops());
}
