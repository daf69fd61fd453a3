#include "support/catch.hpp"

#include "codec/json_body.hpp"

#include <string>

using Catch::Contains;
using edgeconf::errc;
using edgeconf::codec::check_json_object;

namespace {

std::string complaint(std::string_view body) {
    const auto checked = check_json_object(body);
    if (checked) return "";
    CHECK(checked.error().code == errc::invalid);
    return checked.error().detail;
}

// An object whose deepest value is `levels` levels down.
std::string nested(int levels) {
    std::string body{R"({"a":)"};
    for (int i = 1; i < levels; ++i) body += "[";
    body += "1";
    for (int i = 1; i < levels; ++i) body += "]";
    return body + "}";
}

} // namespace

TEST_CASE("json_body: one object is fine, with whatever is in it", "[codec][json_body]") {
    const auto body =
        GENERATE(as<std::string>{}, "{}", " {} ", "\t\r\n{\n}\n", R"({"a":null,"b":[],"c":{"d":[1,{}]}})",
                 R"({"a":"\u00e4\n\"\\\/ \ud83d\ude00"})", "{\"a\":\"\xc3\xa4 \xf0\x9f\x98\x80\"}",
                 R"({"a":0,"b":-1.5e+3,"c":18446744073709551615,"d":-9223372036854775808})",
                 R"({"a":1,"a":2})", R"({"":true})", R"({"a":123456789012345678901234567890.5})");
    INFO(body);
    CHECK(complaint(body).empty());
}

TEST_CASE("json_body: other values are JSON, but no object", "[codec][json_body]") {
    const auto body =
        GENERATE(as<std::string>{}, "[]", "[{}]", "null", "true", "1", "1.5", "\"{}\"", R"([[{"a":{}}]])");
    INFO(body);
    CHECK_THAT(complaint(body), Contains("not an object"));
}

TEST_CASE("json_body: an empty body is told apart", "[codec][json_body]") {
    CHECK_THAT(complaint(""), Contains("empty"));
}

TEST_CASE("json_body: the place of a mistake is named", "[codec][json_body]") {
    struct row {
        std::string body;
        std::string place;
    };
    const auto r = GENERATE(values<row>({
        {"x", "line 1, column 1"},
        {"{\"a\":1,}", "line 1, column 8"},
        {"{\n  \"a\": tru\n}", "line 2, column 8"},
        {"{\n\n'a': 1}", "line 3, column 1"},
        {"{} x", "line 1, column 4"},
        {"{}{}", "line 1, column 3"},
        {"{\"a\":1", "line 1, column 7"},
        {"{\n", "line 2, column 1"},
        {"{\"a\":01}", "line 1, column 7"},
    }));
    INFO(r.body);
    CHECK_THAT(complaint(r.body), Contains("not valid JSON at " + r.place + ":"));
}

TEST_CASE("json_body: what is not JSON is refused", "[codec][json_body]") {
    const auto body =
        GENERATE(as<std::string>{}, " ", "{", "}", "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":+1}", "{\"a\":.5}",
                 "{\"a\":1.}", "{\"a\":1e}", "{\"a\":-}", "{\"a\":NaN}", "{\"a\":Infinity}",
                 "{\"a\":1 \"b\":2}", "{\"a\":[1,]}", "{/*c*/}", "{//\n}", "{\"a\":\"\n\"}", "{\"a\":\"\t\"}",
                 "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}", "{\"a\":\"\\ud800\"}", "\xef\xbb\xbf{}",
                 "{\"a\":\"x}", "{]", "[}", "{} null", "{},{}", "True");
    INFO(body);
    CHECK_THAT(complaint(body), Contains("not valid JSON"));
    CHECK_THAT(complaint(std::string{"{}\0", 3}), Contains("not valid JSON"));
    CHECK_THAT(complaint(std::string{"{\"a\":\"\0\"}", 9}), Contains("not valid JSON"));
}

TEST_CASE("json_body: text has to be UTF-8", "[codec][json_body]") {
    const auto bad = GENERATE(as<std::string>{}, "\xff", "\xc3", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80",
                              "\xf4\x90\x80\x80", "\x80");
    CHECK_THAT(complaint("{\"a\":\"" + bad + "\"}"), Contains("not valid JSON"));
    CHECK_THAT(complaint("{\"" + bad + "\":1}"), Contains("not valid JSON"));
}

TEST_CASE("json_body: nesting ends at 32 levels", "[codec][json_body]") {
    CHECK(complaint(nested(32)).empty());
    CHECK_THAT(complaint(nested(33)), Contains("not valid JSON"));
    CHECK_THAT(complaint(std::string(1'000'000, '[')), Contains("not valid JSON at line 1, column 33"));
}

TEST_CASE("json_body: numbers of any size end in a verdict", "[codec][json_body]") {
    CHECK(complaint("{\"a\":" + std::string(100'000, '9') + "}").empty());
    CHECK(complaint("{\"a\":0." + std::string(100'000, '0') + "1}").empty());
    CHECK(complaint("{\"a\":1e-999999999}").empty());
    CHECK_THAT(complaint("{\"a\":1e99999999999999999999}"), Contains("not valid JSON"));
}

TEST_CASE("json_body: a refusal does not repeat the body", "[codec][json_body]") {
    CHECK_THAT(complaint(R"({"token":"hush" "b":1})"), !Contains("hush"));
}
