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

TEST_CASE("yaml writer: block style with sorted keys, quoted only where needed", "[fleet][unit]") {
    const auto value =
        json::parse(R"({"ports":[{"hostPort":8080,"containerPort":80}],"image":"registry.example/web:1.20",
        "args":["8080","yes","-v","a: b","",null,true,1.5],"none":{},"empty":[]})");
    CHECK(write_yaml(value) == "args:\n"
                               "  - \"8080\"\n"
                               "  - \"yes\"\n"
                               "  - -v\n"
                               "  - \"a: b\"\n"
                               "  - \"\"\n"
                               "  - null\n"
                               "  - true\n"
                               "  - 1.5E0\n"
                               "empty:\n"
                               "  []\n"
                               "image: registry.example/web:1.20\n"
                               "none:\n"
                               "  {}\n"
                               "ports:\n"
                               "  - containerPort: 80\n"
                               "    hostPort: 8080\n");
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
