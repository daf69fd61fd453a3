#include "support/catch.hpp"

#include "provider/options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <string>

using namespace edgeconf::provider;
using Catch::Contains;
namespace json = boost::json;

namespace {

constexpr auto schema = R"({
  "type": "object",
  "required": ["directory"],
  "additionalProperties": false,
  "properties": {
    "directory": {"type": "string", "format": "path", "minLength": 1},
    "more": {"type": "array", "items": {"type": "string", "format": "path"}},
    "tls": {"type": "object", "additionalProperties": false,
            "properties": {"ca": {"type": "string", "format": "path"}, "depth": {"type": "integer", "maximum": 9}}},
    "servers": {"type": "array", "items": {"type": "object", "properties": {"key": {"format": "path"}, "port": {"type": "integer"}}}},
    "url": {"type": "string"},
    "urls": {"type": "array", "items": {"type": "string"}},
    "a/b~c": {"type": "integer"},
    "mode": {"enum": ["fast", "safe"]},
    "password": {"type": "string", "pattern": "^[a-z]+$"}
  }
})";

json::object object(const char* text) { return json::parse(text).as_object(); }

findings judged(const char* options, const char* by = schema) {
    auto given = object(options);
    return fit_options(given, by, "/etc/edgeconf");
}

std::string fitted(const char* options, const char* by = schema) {
    auto given = object(options);
    for (const auto& f : fit_options(given, by, "/etc/edgeconf"))
        UNSCOPED_INFO(f.pointer << ": " << f.message);
    return json::serialize(given);
}

} // namespace

TEST_CASE("options: paths become absolute, wherever the schema has them", "[provider][options]") {
    CHECK(fitted(R"({"directory":"data"})") == R"({"directory":"/etc/edgeconf/data"})");
    CHECK(fitted(R"({"directory":"../lib/./x"})") == R"({"directory":"/etc/lib/x"})");
    CHECK(fitted(R"({"directory":"/var/lib/x"})") == R"({"directory":"/var/lib/x"})");
    CHECK(fitted(R"({"directory":"/d","more":["a","/b","c/.."]})") ==
          R"({"directory":"/d","more":["/etc/edgeconf/a","/b","/etc/edgeconf/"]})");
    CHECK(fitted(R"({"directory":"/d","tls":{"ca":"ca.crt"}})") ==
          R"({"directory":"/d","tls":{"ca":"/etc/edgeconf/ca.crt"}})");
    CHECK(fitted(R"({"directory":"/d","servers":[{"key":"a"},{"key":"b"}]})") ==
          R"({"directory":"/d","servers":[{"key":"/etc/edgeconf/a"},{"key":"/etc/edgeconf/b"}]})");
}

TEST_CASE("options: other text stays as it is", "[provider][options]") {
    CHECK(fitted(R"({"directory":"/d","url":"a/../b","urls":["x"]})") ==
          R"({"directory":"/d","url":"a/../b","urls":["x"]})");
    CHECK_FALSE(judged(R"({"directory":""})").empty()); // no path, and not made the folder's
}

TEST_CASE("options: what fits has no findings", "[provider][options]") {
    CHECK(judged(R"({"directory":"d","mode":"safe","a/b~c":1,"tls":{"depth":9},"password":"hush"})").empty());
}

TEST_CASE("options: without a schema everything fits", "[provider][options]") {
    CHECK(judged(R"({"any":"thing"})", nullptr).empty());
    CHECK(fitted(R"({"directory":"data"})", nullptr) == R"({"directory":"data"})");
    CHECK(judged(R"({"any":"thing"})", "{}").empty());
}

TEST_CASE("options: an unknown one is told with the nearest known", "[provider][options]") {
    const auto found = judged(R"({"directory":"d","pasword":"hush","entirely-else":1})");
    REQUIRE(found.size() == 2);
    CHECK(found[0].pointer == "/pasword");
    CHECK(found[0].message == "the provider has no such option; did you mean 'password'?");
    CHECK(found[1].pointer == "/entirely-else");
    CHECK(found[1].message == "the provider has no such option");
    CHECK((found[0].is_error && found[1].is_error));
}

TEST_CASE("options: unknown ones pass where the schema lets them", "[provider][options]") {
    CHECK(judged(R"({"x":1})", R"({"properties":{}})").empty());
    CHECK(judged(R"({"x":1})", R"({"additionalProperties":true})").empty());
    CHECK(judged(R"({"x":1})", R"({"additionalProperties":{"type":"integer"}})").empty());
    CHECK_FALSE(judged(R"({"x":"1"})", R"({"additionalProperties":{"type":"integer"}})").empty());
}

TEST_CASE("options: a value that does not fit is told once, at its own place", "[provider][options]") {
    const auto [options, pointer, said] = GENERATE(table<const char*, std::string, std::string>({
        {R"({"directory":7})", "/directory", "type"},
        {R"({"directory":"d","url":null})", "/url", "type"},
        {R"({"directory":"d","tls":{"depth":10}})", "/tls/depth", "9"},
        {R"({"directory":"d","tls":{"depth":"1"}})", "/tls/depth", "type"},
        {R"({"directory":"d","more":["a",1]})", "/more/1", "type"},
        {R"({"directory":"d","servers":[{},{"port":"x"}]})", "/servers/1/port", "type"},
        {R"({"directory":"d","mode":"slow"})", "/mode", "enum"},
        {R"({"directory":"d","a/b~c":"x"})", "/a~1b~0c", "type"},
        {R"({"directory":"d","tls":{"cq":"x"}})", "/tls", "cq"},
        {R"({})", "", "directory"},
    }));
    INFO(options);
    const auto found = judged(options);
    for (const auto& f : found) UNSCOPED_INFO(f.pointer << ": " << f.message);
    REQUIRE(found.size() == 1);
    CHECK(found[0].is_error);
    CHECK(found[0].pointer == pointer);
    CHECK_THAT(found[0].message, Contains(said));
}

TEST_CASE("options: an unknown one's key is escaped in its place", "[provider][options]") {
    const auto found = judged(R"({"directory":"d","x/y~z-unlike-anything":1})");
    REQUIRE(found.size() == 1);
    CHECK(found[0].pointer == "/x~1y~0z-unlike-anything");
}

TEST_CASE("options: no finding hides another", "[provider][options]") {
    SECTION("an unknown option and a missing one") {
        const auto found = judged(R"({"directry":"d"})");
        REQUIRE(found.size() == 2);
        CHECK(found[0].pointer == "/directry");
        CHECK_THAT(found[1].message, Contains("'directory'"));
    }
    SECTION("two whose names begin alike") {
        const auto found = judged(R"({"directory":"d","urls":1,"url":2})");
        REQUIRE(found.size() == 2);
        CHECK(found[0].pointer != found[1].pointer);
    }
    SECTION("a wrong one and a missing one") {
        const auto found = judged(R"({"url":1})");
        REQUIRE(found.size() == 2);
    }
}

TEST_CASE("options: a schema that cannot be used is the vendor's to mend", "[provider][options]") {
    const auto by =
        GENERATE(as<const char*>{}, "", "{", "[]", "null", "true", "\"text\"", R"({"type":5})",
                 R"({"type":"wheel"})", R"({"properties":7})", R"({"required":"x"})", R"({"minLength":"x"})",
                 R"({"properties":{"any":{"pattern":"("}}})", R"({"$ref":"http://127.0.0.1/schema"})");
    INFO(by);
    const auto found = judged(R"({"any":"thing"})", by);
    REQUIRE(found.size() == 1);
    CHECK(found[0].is_error);
    CHECK(found[0].pointer.empty());
    CHECK_THAT(found[0].message, Contains("provider's own schema"));
    CHECK_FALSE(fault_of_schema(by).empty());
}

TEST_CASE("options: a value that does not fit is never repeated", "[provider][options]") {
    for (const auto* options :
         {R"({"directory":"d","password":"HUSH"})", R"({"directory":"d","mode":"HUSH"})",
          R"({"directory":["HUSH"]})", R"({"directory":"d","pasword":"HUSH"})",
          R"({"directory":"d","tls":"HUSH"})", R"({"directory":"d","a/b~c":"HUSH"})"}) {
        const auto found = judged(options);
        CHECK_FALSE(found.empty());
        for (const auto& f : found) CHECK_THAT(f.message, !Contains("HUSH"));
    }
}

TEST_CASE("finding: only an error counts as one", "[provider][finding]") {
    CHECK_FALSE(has_error({}));
    CHECK_FALSE(has_error({{false, "", "a warning"}}));
    CHECK(has_error({{false, "", "a warning"}, {true, "/x", "an error"}}));
}
