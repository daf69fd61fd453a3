#include "fleet/yaml_reader.hpp"

#include "support/catch.hpp"

#include <boost/json/serialize.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

namespace {

std::string json_of(std::string_view yaml) {
    const auto read = read_yaml(yaml);
    if (!read.problems.empty()) return "problem: " + read.problems.front().text;
    std::string text;
    for (const auto& document : read.documents) text += boost::json::serialize(document.root);
    return text;
}

} // namespace

TEST_CASE("yaml reader: documents become JSON", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"a: 1\nb: [x, 'yes', yes]\n", R"({"a":1,"b":["x","yes",true]})"},
        {"a: \"8080\"\nb: 8080\n", R"({"a":"8080","b":8080})"},
        {"a: |\n  one\n  two\n", R"({"a":"one\ntwo\n"})"},
        {"a: !!str 12\n", R"({"a":"12"})"},
        {R"("\N": "\u00e9\N\_\L")", "{\"\xc2\x85\":\"\xc3\xa9\xc2\x85\xc2\xa0\xe2\x80\xa8\"}"},
        {"a:\nb: ~\n", R"({"a":null,"b":null})"},
        {"--- {a: 1}\n--- {a: 2}\n", R"({"a":1}{"a":2})"},
        {"---\n---\na: 1\n...\n", R"({"a":1})"},
        {"# nothing\n", ""},
        {"8080: x\n", R"({"8080":"x"})"},
        {R"({"a": "\u00e9\/\ud83d\ude00 \\ud83d", "b": [{}, [], null]})",
         "{\"a\":\"\xc3\xa9/\xf0\x9f\x98\x80 \\\\ud83d\",\"b\":[{},[],null]}"},
        {"a: |\n  \\ud83d\\ude00\n", R"({"a":"\\ud83d\\ude00\n"})"},
        {"base: &b {x: 1, z: 2}\nuse: *b\n", R"({"base":{"x":1,"z":2},"use":{"x":1,"z":2}})"},
        {"base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  z: 3\n", R"({"base":{"x":1,"z":2},"use":{"z":3,"x":1}})"},
        {"u:\n  <<: [{x: 1}, {x: 2, z: 2}]\n", R"({"u":{"x":1,"z":2}})"}};
    for (const auto& [yaml, json] : table) {
        CAPTURE(yaml);
        CHECK(json_of(yaml) == json);
    }
}

TEST_CASE("yaml reader: every value knows its line", "[fleet][unit]") {
    const auto read = read_yaml("a:\n  b: 1\n  c:\n  - x\n  -\n    d: 2\n");
    REQUIRE(read.documents.size() == 1);
    // {}, a, b, c, x, {d}, d; a member has the line of its key
    CHECK(read.documents[0].lines == std::vector<std::uint32_t>{1, 1, 2, 3, 4, 6, 6});
    CHECK(count_values(read.documents[0].root) == 7);
}

TEST_CASE("yaml reader: lines keep step with merged and aliased values", "[fleet][unit]") {
    const auto read = read_yaml("base: &b\n  w: 1\n  x: [2, 3]\nuse:\n  <<: *b\n  z: *b\n");
    REQUIRE(read.problems.empty());
    REQUIRE(read.documents.size() == 1);
    const auto& document = read.documents[0];
    CHECK(document.lines.size() == count_values(document.root));
    CHECK(document.lines == std::vector<std::uint32_t>{1, 1, 2, 3, 3, 3, 4, 6, 2, 3, 3, 3, 2, 3, 3, 3});
}

TEST_CASE("yaml reader: what cannot be read says where and why", "[fleet][unit]") {
    struct row {
        std::string yaml;
        std::uint32_t line;
        std::string part;
    };
    const std::vector<row> table{
        {"a: 1\nb: 2\na: 3\n", 3, "'a' is set twice"},
        {"a: [1\nb: 2\n", 2, "not valid YAML"},
        {"a: 1\n b: 2\n", 2, "not valid YAML"},
        {"on: 1\n", 1, "put it in quotes"},
        {"a: !!binary Zm9v\n", 1, "tag"},
        {"? [a]\n: 1\n", 1, "key"},
        {"a: &x [*x]\n", 1, "inside what it refers to"},
        {"a: *nobody\n", 1, "not valid YAML"},
        {"a: \xff\n", 1, "UTF-8"},
        {"a:\n  <<: 3\n", 2, "only a map can be merged"},
    };
    for (const auto& each : table) {
        CAPTURE(each.yaml);
        const auto read = read_yaml(each.yaml);
        REQUIRE(read.problems.size() == 1);
        CHECK(read.problems[0].line == each.line);
        CHECK(read.problems[0].text.find(each.part) != std::string::npos);
    }
}

TEST_CASE("yaml reader: all duplicate keys are reported, not only the first", "[fleet][unit]") {
    CHECK(read_yaml("a: 1\na: 2\nb: 1\nb: 2\n").problems.size() == 2);
}

TEST_CASE("yaml reader: a bomb of aliases is refused", "[fleet][unit]") {
    std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) yaml += (j == 0 ? "" : ", ") + before;
        yaml += "]\n";
    }
    const auto read = read_yaml(yaml);
    REQUIRE(read.problems.size() == 1);
    CHECK(read.problems[0].text.find("unfold") != std::string::npos);
}

TEST_CASE("yaml reader: depth is bounded", "[fleet][unit]") {
    CHECK(json_of(std::string(60, '[') + std::string(60, ']')).starts_with("[["));
    CHECK(json_of(std::string(70, '[') + std::string(70, ']')).find("nested deeper") != std::string::npos);
    CHECK(json_of(std::string(100000, '[')).starts_with("problem: "));
}
