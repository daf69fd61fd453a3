#include "rest-proxy/read_settings.hpp"

#include "options_sample.hpp"

#include "support/catch.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace edgeconf::rest_proxy;
using namespace std::chrono_literals;
using Catch::Contains;
namespace fleet = edgeconf::fleet;
namespace test = edgeconf::test;

namespace {

// Each finding as "pointer: what", a line each.
std::string faults_of(std::string_view options) {
    fleet::option_problems problems;
    read_settings(options, problems);
    std::string told;
    for (const auto& p : problems) told += p.pointer + ": " + p.what + "\n";
    return told;
}

settings read(std::string_view options) {
    fleet::option_problems problems;
    auto made = read_settings(options, problems);
    for (const auto& p : problems) UNSCOPED_INFO(p.pointer << ": " << p.what);
    CHECK(problems.empty());
    return made;
}

// One upstream, and besides it `more`.
std::string with(const std::string& more) {
    return R"({"upstreams": [{"url": "http://store"}], )" + more + "}";
}

std::string upstream(const std::string& members) { return R"({"upstreams": [{)" + members + "}]}"; }

} // namespace

TEST_CASE("settings: every option is read", "[rest-proxy][settings]") {
    const auto s = read(every_option);
    REQUIRE(s.upstreams.size() == 3);
    CHECK(s.upstreams[0].url == "https://centre.example:8443/api/flotta-backend/v1");
    CHECK(s.upstreams[0].address.host == "centre.example");
    CHECK(s.upstreams[0].address.base == "/api/flotta-backend/v1");
    CHECK(s.upstreams[0].priority == 1);
    CHECK(s.upstreams[0].tls.name == "centre");
    CHECK(s.upstreams[1].priority == 2);
    CHECK(s.upstreams[2].address.socket == "/run/store.sock");
    CHECK(s.upstreams[2].priority == 100);
    REQUIRE(s.headers.size() == 2);
    CHECK(s.headers[0].name == "X-Site");
    CHECK(s.headers[0].value == "plant-1");
    CHECK(s.headers[1].value == "a\tb");
    CHECK(s.bearer_token.empty());
    CHECK(s.deadline == 650ms);
    CHECK(s.connect_time == 2s);
    CHECK(s.answer_bytes == 1024);
    CHECK(s.threads == 2);
    CHECK(s.pool.connections == 3);
    CHECK(s.pool.waiting == 0);
    CHECK(s.pool.idle_time == 1min);
    CHECK(s.pool.age == 2h);
    CHECK(s.retries.attempts == 1);
    CHECK(s.retries.budget_percent == 0);
    CHECK(s.breaker.failures_percent == 100);
    CHECK(s.breaker.calls == 1);
    CHECK(s.breaker.window == 30s);
    CHECK(s.breaker.open_time == 1s);
    CHECK(s.cache.bytes == 0);
    CHECK(s.cache.ttl == 1ms);
    CHECK(s.cache.revalidate == 7s);
    CHECK(s.cache.on_error == 7 * 24h);
}

TEST_CASE("settings: files are read when they are named", "[rest-proxy][settings]") {
    const test::temp_folder folder;
    test::authority ca{folder.path(), "ca"};
    const auto proxy = ca.issue("proxy", {.common_name = "proxy"});
    const auto token = folder.write("token", "abc\n");
    const auto s = read(fmt::format(
        R"({{"upstreams": [{{"url": "https://store", "tls": {{"ca": "{}", "certificate": "{}", "key": "{}"}}}}],
             "bearer-token-file": "{}"}})",
        ca.certificate().string(), proxy.certificate.string(), proxy.key.string(), token.string()));
    REQUIRE(s.upstreams.size() == 1);
    CHECK(s.upstreams[0].tls.ca == ca.certificate());
    CHECK(s.upstreams[0].tls.certificate == proxy.certificate);
    CHECK(s.upstreams[0].tls.key == proxy.key);
    CHECK(s.bearer_token == token);
}

TEST_CASE("settings: upstreams come by priority, equals as they are written", "[rest-proxy][settings]") {
    const auto s = read(R"({"upstreams": [{"url": "http://c", "priority": 3}, {"url": "http://a"},
                                          {"url": "http://d", "priority": 3}, {"url": "http://b"}]})");
    std::string order;
    for (const auto& u : s.upstreams) order += u.address.host;
    CHECK(order == "abcd");
}

TEST_CASE("settings: what is null is left out", "[rest-proxy][settings]") {
    const auto s =
        read(R"({"upstreams": [{"url": "http://store", "priority": null, "tls": null}], "headers": null,
        "bearer-token-file": null, "deadline": null, "pool": null, "cache": {"ttl": null}})");
    CHECK(s.deadline == settings{}.deadline);
    CHECK(s.cache.ttl == settings{}.cache.ttl);
}

TEST_CASE("settings: every mistake is told at its place", "[rest-proxy][settings]") {
    struct row {
        std::string options;
        const char* pointer;
        const char* what;
    };
    const std::vector<row> rows{
        {"", "", "no JSON object"},
        {"{", "", "no JSON object"},
        {"[]", "", "no JSON object"},
        {"null", "", "no JSON object"},
        {std::string(1000, '['), "", "no JSON object"},
        {"{}", "/upstreams", "at least one"},
        {R"({"upstreams": []})", "/upstreams", "at least one"},
        {R"({"upstreams": null})", "/upstreams", "at least one"},
        {R"({"upstreams": "http://store"})", "/upstreams", "list of objects"},
        {R"({"upstreams": ["http://store"]})", "/upstreams/0", "has to be an object"},
        {upstream(""), "/upstreams/0/url", "has to be a URL"},
        {upstream(R"("url": 7)"), "/upstreams/0/url", "has to be a text"},
        {upstream(R"("url": "")"), "/upstreams/0/url", "has to be a text"},
        {upstream(R"("url": "ftp://store")"), "/upstreams/0/url", "has to be a URL"},
        {upstream(R"("url": "http://me:pw@store")"), "/upstreams/0/url", "bearer-token-file"},
        {R"({"upstreams": [{"url": "http://a"}, {"url": "b"}]})", "/upstreams/1/url", "has to be a URL"},
        {upstream(R"("url": "http://store", "priority": 0)"), "/upstreams/0/priority", "from 1 to 100"},
        {upstream(R"("url": "http://store", "priority": 101)"), "/upstreams/0/priority", "from 1 to 100"},
        {upstream(R"("url": "http://store", "priority": "1")"), "/upstreams/0/priority", "from 1 to 100"},
        {upstream(R"("url": "http://store", "tls": {})"), "/upstreams/0/tls", "https://"},
        {upstream(R"("url": "unix:/run/s", "tls": {"name": "a"})"), "/upstreams/0/tls", "https://"},
        {upstream(R"("url": "https://store", "tls": 7)"), "/upstreams/0/tls", "has to be an object"},
        {upstream(R"("url": "https://store", "tls": {"ca": 7})"), "/upstreams/0/tls/ca", "has to be a text"},
        {upstream(R"("url": "https://store", "tls": {"ca": "/nowhere/ca"})"), "/upstreams/0/tls",
         "/nowhere/ca"},
        {upstream(R"("url": "https://store", "tls": {"name": ""})"), "/upstreams/0/tls/name",
         "has to be a text"},
        {upstream(R"("url": "https://store", "tls": {"certificate": "/a"})"), "/upstreams/0/tls",
         "without the other"},
        {upstream(R"("url": "https://store", "tls": {"key": "/a"})"), "/upstreams/0/tls",
         "without the other"},
        {with(R"("headers": [])"), "/headers", "has to be an object"},
        {with(R"("headers": {"X-A": 7})"), "/headers/X-A", "has to be a text"},
        {with(R"("headers": {"": "x"})"), "/headers", "no header"},
        {with(R"("headers": {"X A": "x"})"), "/headers/X A", "no header"},
        {with(R"("headers": {"X-A:": "x"})"), "/headers/X-A:", "no header"},
        {with(R"("headers": {"X/A~": "x"})"), "/headers/X~1A~0", "no header"},
        {with(R"("headers": {"X-A\r\nX-B": "x"})"), "/headers/X-A\r\nX-B", "no header"},
        {with(R"("headers": {"Host": "x"})"), "/headers/Host", "no header"},
        {with(R"("headers": {"content-LENGTH": "7"})"), "/headers/content-LENGTH", "no header"},
        {with(R"("headers": {"Transfer-Encoding": "chunked"})"), "/headers/Transfer-Encoding", "no header"},
        {with(R"("headers": {"Connection": "close"})"), "/headers/Connection", "no header"},
        {with(R"("headers": {"Expect": "100-continue"})"), "/headers/Expect", "no header"},
        {with(R"("headers": {"X-A": "a\r\nX-B: b"})"), "/headers/X-A", "visible ASCII"},
        {with(R"("headers": {"X-A": "\u0000"})"), "/headers/X-A", "visible ASCII"},
        {with(R"("headers": {"X-A": "\u00e9"})"), "/headers/X-A", "visible ASCII"},
        {with(R"("bearer-token-file": 7)"), "/bearer-token-file", "has to be a text"},
        {with(R"("bearer-token-file": "/nowhere/token")"), "/bearer-token-file", "/nowhere/token"},
        {with(R"("bearer-token-file": "/dev/null")"), "/bearer-token-file", "holds no token"},
        {with(R"("deadline": "0ms")"), "/deadline", "has to be a time"},
        {with(R"("deadline": 700)"), "/deadline", "has to be a text"},
        {with(R"("connect-time": "soon")"), "/connect-time", "has to be a time"},
        {with(R"("answer-bytes": 1023)"), "/answer-bytes", "from 1024"},
        {with(R"("answer-bytes": 67108865)"), "/answer-bytes", "to 67108864"},
        {with(R"("threads": 0)"), "/threads", "from 1 to 64"},
        {with(R"("threads": 65)"), "/threads", "from 1 to 64"},
        {with(R"("pool": 7)"), "/pool", "has to be an object"},
        {with(R"("pool": {"connections": 0})"), "/pool/connections", "from 1 to 10000"},
        {with(R"("pool": {"connections": 10001})"), "/pool/connections", "from 1 to 10000"},
        {with(R"("pool": {"waiting": -1})"), "/pool/waiting", "from 0 to 1000000"},
        {with(R"("pool": {"waiting": 1000001})"), "/pool/waiting", "from 0 to 1000000"},
        {with(R"("pool": {"idle-time": "0s"})"), "/pool/idle-time", "has to be a time"},
        {with(R"("pool": {"age": "500ms"})"), "/pool/age", "has to be a time"},
        {with(R"("retries": [])"), "/retries", "has to be an object"},
        {with(R"("retries": {"attempts": 0})"), "/retries/attempts", "from 1 to 10"},
        {with(R"("retries": {"attempts": 11})"), "/retries/attempts", "from 1 to 10"},
        {with(R"("retries": {"budget-percent": 101})"), "/retries/budget-percent", "from 0 to 100"},
        {with(R"("retries": {"budget-percent": 1.5})"), "/retries/budget-percent", "from 0 to 100"},
        {with(R"("breaker": true)"), "/breaker", "has to be an object"},
        {with(R"("breaker": {"failures-percent": 0})"), "/breaker/failures-percent", "from 1 to 100"},
        {with(R"("breaker": {"failures-percent": 101})"), "/breaker/failures-percent", "from 1 to 100"},
        {with(R"("breaker": {"calls": 0})"), "/breaker/calls", "from 1 to 1000000"},
        {with(R"("breaker": {"window": "0s"})"), "/breaker/window", "has to be a time"},
        {with(R"("breaker": {"open-time": "11y"})"), "/breaker/open-time", "has to be a time"},
        {with(R"("cache": "none")"), "/cache", "has to be an object"},
        {with(R"("cache": {"bytes": -1})"), "/cache/bytes", "from 0"},
        {with(R"("cache": {"bytes": 1099511627777})"), "/cache/bytes", "to 1099511627776"},
        {with(R"("cache": {"ttl": "0s"})"), "/cache/ttl", "has to be a time"},
        {with(R"("cache": {"revalidate": "30"})"), "/cache/revalidate", "has to be a time"},
        {with(R"("cache": {"on-error": "9999d"})"), "/cache/on-error", "has to be a time"},
    };
    for (const auto& r : rows) {
        CAPTURE(r.options.substr(0, 120));
        CHECK_THAT(faults_of(r.options),
                   Catch::StartsWith(std::string{r.pointer} + ": ") && Contains(r.what));
    }
}

TEST_CASE("settings: all mistakes are told, each once", "[rest-proxy][settings]") {
    CHECK(faults_of(R"({"upstreams": [{"url": "https//store", "tls": {"ca": "/nowhere"}}], "threads": 0,
                        "cache": {"ttl": "x"}})") ==
          "/upstreams/0/url: has to be a URL such as https://store.example:8443/api/flotta-backend/v1, or "
          "unix:/run/store.sock\n"
          "/threads: has to be a whole number from 1 to 64\n"
          "/cache/ttl: has to be a time such as 700ms, 5s or 10m\n");
}

TEST_CASE("settings: a key that does not fit its certificate is a mistake", "[rest-proxy][settings]") {
    const test::temp_folder folder;
    test::authority ca{folder.path(), "ca"};
    const auto one = ca.issue("one", {.common_name = "one"});
    const auto two = ca.issue("two", {.common_name = "two"});
    CHECK_THAT(faults_of(upstream(
                   fmt::format(R"("url": "https://store", "tls": {{"certificate": "{}", "key": "{}"}})",
                               one.certificate.string(), two.key.string()))),
               Catch::StartsWith("/upstreams/0/tls: ") && Contains("does not belong") && Contains("two.key"));
}

TEST_CASE("settings: a token comes from one place", "[rest-proxy][settings]") {
    const test::temp_folder folder;
    const auto token = folder.write("token", "abc");
    CHECK(faults_of(with(R"("headers": {"Authorization": "Basic YTpi"})")).empty());
    CHECK_THAT(
        faults_of(with(fmt::format(
            R"("headers": {{"authorization": "Basic YTpi"}}, "bearer-token-file": "{}")", token.string()))),
        Catch::StartsWith("/headers/authorization: ") && Contains("bearer-token-file"));
}
