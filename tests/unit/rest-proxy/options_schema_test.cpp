// The host checks options against the schema, the provider reads them: both say the same, and the defaults
// in the schema are the ones in use.
#include "rest-proxy/options_schema.hpp"

#include "rest-proxy/read_settings.hpp"

#include "options_sample.hpp"

#include "support/catch.hpp"
#include "support/json_schema.hpp"
#include "support/options_page.hpp"
#include "support/temp_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <string>

using namespace edgeconf::rest_proxy;
namespace fleet = edgeconf::fleet;
namespace json = boost::json;
namespace test = edgeconf::test;

namespace {

bool fits(const std::string& options) { return test::fits(options_schema, options); }

bool is_read(const std::string& options) {
    fleet::option_problems problems;
    read_settings(options, problems);
    return problems.empty();
}

std::string with(const std::string& more) {
    return R"({"upstreams": [{"url": "http://store"}], )" + more + "}";
}

} // namespace

TEST_CASE("options schema: the operator's page has every option, with its default",
          "[rest-proxy][settings]") {
    const auto options = test::options_in(json::parse(options_schema).at("properties").as_object());
    CHECK(options.size() == 27);
    CHECK(test::missing_in(test::read_file(EDGECONF_REST_PROXY_PAGE), options).empty());
}

TEST_CASE("options schema: its defaults are the ones in use", "[rest-proxy][settings]") {
    const auto properties = json::parse(options_schema).at("properties").as_object();
    const auto all = test::options_in(properties);
    CHECK(std::count_if(all.begin(), all.end(), [](const auto& each) { return !each.value.empty(); }) == 19);
    auto options = test::defaults_in(properties);
    options["upstreams"] = json::parse(R"([{"url": "http://store", "priority": 1}])");
    const auto text = json::serialize(options);
    CAPTURE(text);
    CHECK(fits(text));
    fleet::option_problems problems;
    const auto read = read_settings(text, problems);
    CHECK(problems.empty());
    const settings usual;
    CHECK(read.deadline == usual.deadline);
    CHECK(read.connect_time == usual.connect_time);
    CHECK(read.answer_bytes == usual.answer_bytes);
    CHECK(read.threads == usual.threads);
    CHECK(read.pool.connections == usual.pool.connections);
    CHECK(read.pool.waiting == usual.pool.waiting);
    CHECK(read.pool.idle_time == usual.pool.idle_time);
    CHECK(read.pool.age == usual.pool.age);
    CHECK(read.retries.attempts == usual.retries.attempts);
    CHECK(read.retries.budget_percent == usual.retries.budget_percent);
    CHECK(read.breaker.failures_percent == usual.breaker.failures_percent);
    CHECK(read.breaker.calls == usual.breaker.calls);
    CHECK(read.breaker.window == usual.breaker.window);
    CHECK(read.breaker.open_time == usual.breaker.open_time);
    CHECK(read.cache.bytes == usual.cache.bytes);
    CHECK(read.cache.ttl == usual.cache.ttl);
    CHECK(read.cache.revalidate == usual.cache.revalidate);
    CHECK(read.cache.on_error == usual.cache.on_error);
    CHECK(read.upstreams.at(0).priority == upstream_settings{}.priority);
}

TEST_CASE("options schema: what it takes is read", "[rest-proxy][settings]") {
    for (const auto& text : {
             std::string{every_option},
             std::string{R"({"upstreams": [{"url": "http://store"}]})"},
             std::string{R"({"upstreams": [{"url": "https://store", "tls": {}}]})"},
             with(R"("headers": {})"),
             with(R"("pool": {}, "retries": {}, "breaker": {}, "cache": {})"),
             with(R"("deadline": "1ms", "connect-time": "1s")"),
             with(R"("deadline": "3650d")"),
             with(R"("answer-bytes": 67108864, "threads": 64)"),
             with(R"("pool": {"connections": 10000, "waiting": 1000000, "idle-time": "1s", "age": "3650d"})"),
             with(R"("retries": {"attempts": 10, "budget-percent": 100})"),
             with(R"("breaker": {"failures-percent": 1, "calls": 1000000})"),
             with(R"("cache": {"bytes": 1099511627776})"),
         }) {
        CAPTURE(text);
        CHECK(fits(text));
        CHECK(is_read(text));
    }
}

TEST_CASE("options schema: what it refuses is not read either", "[rest-proxy][settings]") {
    for (const auto& text : {
             std::string{"{}"},
             std::string{"[]"},
             std::string{R"({"upstreams": []})"},
             std::string{R"({"upstreams": {}})"},
             std::string{R"({"upstreams": ["http://store"]})"},
             std::string{R"({"upstreams": [{}]})"},
             std::string{R"({"upstreams": [{"url": ""}]})"},
             std::string{R"({"upstreams": [{"url": 7}]})"},
             std::string{R"({"upstreams": [{"url": "http://store", "priority": 0}]})"},
             std::string{R"({"upstreams": [{"url": "http://store", "priority": 101}]})"},
             std::string{R"({"upstreams": [{"url": "https://store", "tls": []}]})"},
             std::string{R"({"upstreams": [{"url": "https://store", "tls": {"ca": ""}}]})"},
             with(R"("headers": ["X-A"])"),
             with(R"("headers": {"X-A": ""})"),
             with(R"("headers": {"X-A": 7})"),
             with(R"("bearer-token-file": "")"),
             with(R"("deadline": 700)"),
             with(R"("deadline": "700")"),
             with(R"("deadline": "0.7s")"),
             with(R"("deadline": "1w")"),
             with(R"("deadline": " 1s")"),
             with(R"("deadline": "-1s")"),
             with(R"("connect-time": "")"),
             with(R"("answer-bytes": 1023)"),
             with(R"("answer-bytes": 67108865)"),
             with(R"("threads": 0)"),
             with(R"("threads": 65)"),
             with(R"("pool": {"connections": 0})"),
             with(R"("pool": {"connections": 10001})"),
             with(R"("pool": {"waiting": -1})"),
             with(R"("pool": {"waiting": 1000001})"),
             with(R"("pool": {"idle-time": "500ms"})"),
             with(R"("pool": {"age": 7})"),
             with(R"("retries": {"attempts": 0})"),
             with(R"("retries": {"attempts": 11})"),
             with(R"("retries": {"budget-percent": 101})"),
             with(R"("breaker": {"failures-percent": 0})"),
             with(R"("breaker": {"failures-percent": 101})"),
             with(R"("breaker": {"calls": 0})"),
             with(R"("breaker": {"calls": 1000001})"),
             with(R"("breaker": {"window": "100ms"})"),
             with(R"("breaker": {"open-time": "s"})"),
             with(R"("cache": {"bytes": 1.5})"),
             with(R"("cache": {"bytes": 1099511627777})"),
             with(R"("cache": {"revalidate": "500ms"})"),
             with(R"("cache": {"on-error": true})"),
         }) {
        CAPTURE(text);
        CHECK_FALSE(fits(text));
        CHECK_FALSE(is_read(text));
    }
}

TEST_CASE("options schema: it alone knows what names there are, and how many of each",
          "[rest-proxy][settings]") {
    std::string many_upstreams;
    for (int i = 0; i < 65; ++i)
        many_upstreams += std::string{i == 0 ? "" : ", "} + R"({"url": "http://store"})";
    std::string many_headers;
    for (int i = 0; i < 33; ++i)
        many_headers += (i == 0 ? "\"X-" : ", \"X-") + std::to_string(i) + R"(": "x")";
    for (const auto& text : {
             std::string{R"({"upstream": [{"url": "http://store"}]})"},
             R"({"upstreams": [)" + many_upstreams + "]}",
             R"({"upstreams": [{"url": "http://)" + std::string(2048, 'a') + R"("}]})",
             std::string{R"({"upstreams": [{"url": "http://store", "weight": 1}]})"},
             std::string{R"({"upstreams": [{"url": "https://store", "tls": {"insecure": true}}]})"},
             with(R"("headers": {)" + many_headers + "}"),
             with(R"("header": {})"),
             with(R"("pool": {"connection": 1})"),
             with(R"("retries": {"attempt": 1})"),
             with(R"("breaker": {"call": 1})"),
             with(R"("cache": {"size": 1})"),
             with(R"("deadline": "0000000000700ms")"),
         }) {
        CAPTURE(text.substr(0, 120));
        CHECK_FALSE(fits(text));
    }
}
