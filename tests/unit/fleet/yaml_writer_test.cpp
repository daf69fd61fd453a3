#include "fleet/yaml_writer.hpp"

#include "fleet/yaml_reader.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

// One member `k`, without the "k: " in front and the line break at the end.
std::string written_text(const std::string& text) {
    const auto yaml = write_yaml(json::object{{"k", text}});
    return yaml.substr(3, yaml.size() - 4);
}

} // namespace

// The expectations of this file were made with go-yaml 2.4 itself.
TEST_CASE("yaml writer: R38 texts have go-yaml's quotes", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"web", "web"},
        {"8080", "\"8080\""},
        {"-7", "\"-7\""},
        {"0x1F", "\"0x1F\""},
        {"08", "\"08\""},
        {"1_000", "\"1_000\""},
        {"1e3", "\"1e3\""},
        {".5", "\".5\""},
        {"1.2.3", "1.2.3"},
        {"yes", "\"yes\""},
        {"Off", "\"Off\""},
        {"y", "\"y\""},
        {"null", "\"null\""},
        {"~", "\"~\""},
        {"", "\"\""},
        {"true", "\"true\""},
        {"2021-09-22", "\"2021-09-22\""},
        {"2021-9-2", "\"2021-9-2\""},
        {"2021-13-01", "2021-13-01"},
        {"2021-02-30", "2021-02-30"},
        {"2021-09-22T08:35:25Z", "\"2021-09-22T08:35:25Z\""},
        {"2021-09-22 8:35", "2021-09-22 8:35"},
        {"12:30:45", "\"12:30:45\""},
        {"1:30", "\"1:30\""},
        {"99:99", "99:99"},
        {".inf", "\".inf\""},
        {"-.INF", "\"-.INF\""},
        {".nan", "\".nan\""},
        {"=", "="},
        {"<<", "<<"},
        {"- a", "'- a'"},
        {"-a", "-a"},
        {"-", "'-'"},
        {"--- a", "'--- a'"},
        {"a: b", "'a: b'"},
        {"a:", "'a:'"},
        {"a:b", "a:b"},
        {"# c", "'# c'"},
        {"a #c", "'a #c'"},
        {"a#c", "a#c"},
        {"? a", "'? a'"},
        {"?a", "?a"},
        {"*a", "'*a'"},
        {"&a", "'&a'"},
        {"!a", "'!a'"},
        {"@a", "'@a'"},
        {"%a", "'%a'"},
        {"`a`", "'`a`'"},
        {"[a]", "'[a]'"},
        {"{a}", "'{a}'"},
        {"a, b", "a, b"},
        {", a", "', a'"},
        {"'q'", "'''q'''"},
        {"it's", "it's"},
        {"\"q\"", "'\"q\"'"},
        {"|", "'|'"},
        {">", "'>'"},
        {" a", "' a'"},
        {"a ", "'a '"},
        {"C:\\dir", "C:\\dir"},
        {"tab\there", "\"tab\\there\""},
        {"\xc3\xa9", "\xc3\xa9"},
        {"\xf0\x9f\x98\x80", "\"\\U0001F600\""},
        {"\xc2\xa0"
         "a",
         "\xc2\xa0"
         "a"},
        {"\x01", "\"\\x01\""},
        {"a\x7f", "\"a\\x7F\""},
        {"\r\n", "\"\\r\\n\""},
        {"\xef\xbb\xbf"
         "bom",
         "\"\\uFEFF\\x62\\x6F\\x6D\""},
        {"a \nb", "\"a \\nb\""},
        {"a\tb\nc", "\"a\\tb\\nc\""},
    };
    for (const auto& [text, yaml] : table) {
        CAPTURE(text);
        CHECK(written_text(text) == yaml);
    }
}

TEST_CASE("yaml writer: R38 texts of several lines are literal blocks where that is possible",
          "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"a\nb", "|-\n  a\n  b"},
        {"a\nb\n", "|\n  a\n  b"},
        {"a\nb\n\n", "|+\n  a\n  b\n"},
        {"\na", "|2-\n\n  a"},
        {" a\nb", "|2-\n   a\n  b"},
        {"a\n b", "|-\n  a\n   b"},
        {"\n", "|2+\n"},
        {"\xc3\xa9\n\xc3\xbc\n", "|\n  \xc3\xa9\n  \xc3\xbc"},
    };
    for (const auto& [text, yaml] : table) {
        CAPTURE(text);
        CHECK(written_text(text) == yaml);
    }
}

TEST_CASE("yaml writer: R38 lines are folded at the first space after 80 characters", "[fleet][unit]") {
    const std::string words =
        "the quick brown fox jumps over the lazy dog and then once more over it until the";
    CHECK(written_text(words + " dog barks") == words + "\n  dog barks");
    CHECK(written_text(words + " dog barks: x") == "'" + words + "\n  dog barks: x'");
    CHECK(written_text(words + " dog barks\t") == "\"" + words + "\n  dog barks\\t\"");
    CHECK(written_text(words + "  dog") == words + "  dog");
    CHECK(written_text(words + " dog\nbarks") == "|-\n  " + words + " dog\n  barks");
    // A space is at column 81 after 78 letters, the first where a line is folded.
    CHECK(written_text(std::string(77, 'w') + " a b") == std::string(77, 'w') + " a\n  b");
    CHECK(written_text(std::string(78, 'w') + " a b") == std::string(78, 'w') + "\n  a b");
    const std::string word(100, 'w');
    CHECK(written_text(word) == word);
    CHECK(write_yaml(json::object{{words, 1}}) == words + ": 1\n");
}

TEST_CASE("yaml writer: R38 lists are not indented, keys are in natural order", "[fleet][unit]") {
    const std::string long_key(129, 'k');
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({"a": [{"x": 1, "b": []}], "m": {"z": null, "t": true, "n": -5}, "e": {}})",
         "a:\n- b: []\n  x: 1\ne: {}\nm:\n  \"n\": -5\n  t: true\n  z: null\n"},
        {R"({"l": [["a", ["b"]], [{"k": ["c"]}]]})", "l:\n- - a\n  - - b\n- - k:\n    - c\n"},
        {R"({"k10": 1, "k9": 2, "K": 3, "_": 4, "a1b": 5, "a1": 6, "8080": 7, "a.b": 8, "a-b": 9, "a_b": 10})",
         "_: 4\n\"8080\": 7\nK: 3\na-b: 9\na.b: 8\na_b: 10\na1: 6\na1b: 5\nk9: 2\nk10: 1\n"},
        {R"({"m": {"text": "x\ny\n", "list": ["x\ny\n"]}})",
         "m:\n  list:\n  - |\n    x\n    y\n  text: |\n    x\n    y\n"},
        {R"({"y": 1, "8": 1, " ": 2, "": 3, "a: b": 4, "#": 5})",
         "\"\": 3\n' ': 2\n'#': 5\n\"8\": 1\n'a: b': 4\n\"y\": 1\n"},
        {R"({")" + long_key.substr(1) + R"(": ["v"]})", long_key.substr(1) + ":\n- v\n"},
        {R"({")" + long_key + R"(": ["v"]})", "? " + long_key + "\n: - v\n"},
        {R"({"a\nb": 1})", "? |-\n  a\n  b\n: 1\n"},
    };
    for (const auto& [text, yaml] : table) {
        CAPTURE(text);
        CHECK(write_yaml(json::parse(text)) == yaml);
    }
}

TEST_CASE("yaml writer: every string comes back as it was", "[fleet][unit]") {
    std::vector<std::string> texts{"",
                                   " ",
                                   "a ",
                                   " a",
                                   "- a",
                                   "-",
                                   "---",
                                   "...",
                                   "# c",
                                   "a #c",
                                   "a: b",
                                   "a:",
                                   ":",
                                   "::",
                                   "key: |",
                                   "!tag",
                                   "&a",
                                   "*a",
                                   "@x",
                                   "`x`",
                                   "%x",
                                   "{a}",
                                   "[a]",
                                   "a, b",
                                   "'q'",
                                   "\"q\"",
                                   "it's",
                                   "line\nbreak",
                                   "line\n",
                                   "\n",
                                   "\ttab",
                                   "a\tb",
                                   "\x7f",
                                   "\x01",
                                   "\xc2\x85",
                                   "\xe2\x80\xa8",
                                   "\xef\xbb\xbf"
                                   "bom",
                                   "\xc3\xa9",
                                   "\xf0\x9f\x98\x80",
                                   "null",
                                   "Null",
                                   "~",
                                   "yes",
                                   "N",
                                   "0o17",
                                   "1_0",
                                   "1:20",
                                   "2001-01-01",
                                   "0x",
                                   ".5",
                                   "+.inf",
                                   "=",
                                   "<<",
                                   "?",
                                   "? a",
                                   "|",
                                   ">",
                                   "\\",
                                   "a\\nb",
                                   "C:\\dir",
                                   "\r",
                                   "a\r\nb"};
    texts.push_back(std::string("nul\0nul", 7));
    texts.push_back(std::string(3000, 'k'));
    std::uint32_t state = 12345;
    const std::string alphabet = " -:#,[]{}&*!|>'\"%@`?=<~ynof018.+_eEx\\\n\tz";
    for (int i = 0; i < 3000; ++i) {
        std::string text;
        for (int length = static_cast<int>((state >> 8) % 6); length >= 0; --length) {
            state = state * 1664525u + 1013904223u;
            text.push_back(alphabet[(state >> 16) % alphabet.size()]);
        }
        texts.push_back(text);
    }
    for (const auto& text : texts) {
        CAPTURE(text);
        json::object key;
        if (text.size() < 500) key.emplace(text, text);
        const json::value value{{"list", json::array{json::value(text), json::array{json::value(text)}}},
                                {"map", key},
                                {"text", text}};
        const auto written = write_yaml(value);
        CAPTURE(written);
        const auto read = read_yaml(written);
        REQUIRE(read.problems.empty());
        REQUIRE(read.documents.size() == 1);
        CHECK(read.documents[0].root == value);
    }
}
