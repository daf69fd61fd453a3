#include "unit/host/config/loaded.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <cstdlib>

using namespace edgeconf::config;
using Catch::Contains;
namespace json = boost::json;

namespace {

std::string with_options(const std::string& options) {
    return device_api + "provider:\n  library: x\n  options:\n" + options;
}

std::string as_json(const std::string& options) {
    return json::serialize(config_file{with_options(options)}.settings().provider.options);
}

std::string value_of(const std::string& written) {
    const auto whole = as_json("    a: " + written + "\n");
    return whole.substr(5, whole.size() - 6); // {"a":...}
}

} // namespace

TEST_CASE("options: a plain scalar is what YAML makes of it", "[config][options]") {
    const auto [written, meant] = GENERATE(table<std::string, std::string>({
        {"text", R"("text")"},
        {"two words", R"("two words")"},
        {"", "null"},
        {"~", "null"},
        {"null", "null"},
        {"true", "true"},
        {"True", "true"},
        {"FALSE", "false"},
        {"yes", R"("yes")"}, // YAML 1.1's
        {"off", R"("off")"},
        {"0", "0"},
        {"-12", "-12"},
        {"+12", "12"},
        {"012", "12"},
        {"0x1F", "31"},
        {"0o17", "15"},
        {"9223372036854775807", "9223372036854775807"},
        {"1.5", "1.5E0"},
        {"+1.5", "1.5E0"},
        {"-.5", "-5E-1"},
        {"1e3", "1E3"},
        {"1.2.3", R"("1.2.3")"},
        {"10s", R"("10s")"},
        {"127.0.0.1", R"("127.0.0.1")"},
        {"+-5", R"("+-5")"},
        {"--5", R"("--5")"},
        {"++5", R"("++5")"},
        {"0x-5", R"("0x-5")"},
        {"0x", R"("0x")"},
        {"+", R"("+")"},
        {"nan", R"("nan")"},
        {"inf", R"("inf")"},
    }));
    INFO(written);
    CHECK(value_of(written) == meant);
}

TEST_CASE("options: a quoted scalar is text", "[config][options]") {
    CHECK(value_of("'12'") == R"("12")");
    CHECK(value_of("\"true\"") == R"("true")");
    CHECK(value_of("'null'") == R"("null")");
    CHECK(value_of("''") == R"("")");
    CHECK(value_of("!!str 12") == R"("12")");
    CHECK(value_of("|\n      12\n") == R"("12\n")");
}

TEST_CASE("options: mappings and lists keep their shape and order", "[config][options]") {
    CHECK(as_json("    b: {y: [1, [2, {}], []], x: {}}\n    a: ~\n    12: 'x'\n") ==
          R"({"b":{"y":[1,[2,{}],[]],"x":{}},"a":null,"12":"x"})");
}

TEST_CASE("options: an alias stands for what it names", "[config][options]") {
    CHECK(as_json("    a: &n {x: 1}\n    b: [*n, *n]\n") == R"({"a":{"x":1},"b":[{"x":1},{"x":1}]})");
}

TEST_CASE("options: what comes from a file or the environment is text", "[config][options]") {
    setenv("EDGECONF_TEST_OPTION", "12", 1);
    CHECK(value_of("!env EDGECONF_TEST_OPTION") == R"("12")");
    setenv("EDGECONF_TEST_OPTION", "", 1);
    CHECK(value_of("!env EDGECONF_TEST_OPTION") == R"("")");
    unsetenv("EDGECONF_TEST_OPTION");

    config_file file{with_options("    a: !file one\n    b: [!file two, !file empty]\n")};
    file.folder().write("one", "true\n");
    file.folder().write("two", "line\nline\n\n");
    file.folder().write("empty", "");
    CHECK(json::serialize(file.settings().provider.options) == R"({"a":"true","b":["line\nline\n",""]})");
}

TEST_CASE("options: every value has its place", "[config][options]") {
    const auto s = config_file{with_options("    a: 1\n    b:\n      - x: 2\n")}.settings();
    const auto place = [&](const char* pointer) {
        const auto found = s.provider.option_marks.find(pointer);
        return found == s.provider.option_marks.end() ? std::pair{0, 0}
                                                      : std::pair{found->second.line, found->second.column};
    };
    CHECK(place("") == std::pair{5, 5});
    CHECK(place("/a") == std::pair{5, 8});
    CHECK(place("/b/0") == std::pair{7, 9});
    CHECK(place("/b/0/x") == std::pair{7, 12});
    CHECK(s.provider.option_marks.size() == 5);
}

TEST_CASE("options: mistakes are told with their place", "[config][options]") {
    struct mistake {
        std::string options;
        std::string said;
    };
    const auto m = GENERATE(values<mistake>({
        {"    a: 1\n    a: 2\n", "6:5: provider.options.a: is given twice"},
        {"    a: {b: 1, b: 2}\n", "5:15: provider.options.a.b: is given twice"},
        {"    ? [x]\n    : 1\n", "5:7: provider.options: a key has to be a single word"},
        {"    a: !env EDGECONF_TEST_IS_NOT_SET\n",
         "5:8: provider.options.a: the environment has no variable"},
        {"    a: [1, !file absent]\n", "5:12: provider.options.a.1: cannot read /"},
        {"    a: !file .\n", "5:8: provider.options.a: cannot read /"},
        {"    a: !fiel secret\n", "5:8: provider.options.a: the tag '!fiel' is not known"},
        {"    a: .inf\n", "5:8: provider.options.a: is a number that JSON does not have"},
        {"    a: -.Inf\n", "JSON does not have"},
        {"    a: .NaN\n", "JSON does not have"},
    }));
    INFO(m.options);
    CHECK_THAT(config_file{with_options(m.options)}.complaint(), Contains(m.said));
}

TEST_CASE("options: a list or a word is no set of options", "[config][options]") {
    CHECK_THAT(config_file{with_options("    - a\n")}.complaint(),
               Contains("5:5: provider.options: a mapping of keys is expected here"));
    CHECK_THAT(config_file{with_options("    text\n")}.complaint(),
               Contains("provider.options: a mapping of keys"));
}

TEST_CASE("options: nesting ends at 32 levels", "[config][options]") {
    const auto nested = [](std::size_t lists) {
        return with_options("    a: " + std::string(lists, '[') + std::string(lists, ']') + "\n");
    };
    CHECK_NOTHROW(config_file{nested(31)}.settings());
    CHECK_THAT(config_file{nested(32)}.complaint(), Contains("is nested too deeply"));
}

TEST_CASE("options: an alias inside its own anchor has an end", "[config][options]") {
    CHECK_THAT(config_file{with_options("    a: &x {b: *x}\n")}.complaint(),
               Contains("is nested too deeply"));
    for (const auto& line : config_file{with_options("    a: &x [*x, *x, *x]\n")}.complaints())
        CHECK(
            (line.find("nested too deeply") != line.npos || line.find("holds too many values") != line.npos));
}

TEST_CASE("options: aliases of aliases cannot grow without bounds", "[config][options]") {
    std::string bomb = "    a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 10; ++i) {
        const auto below = "*a" + std::to_string(i - 1);
        const auto name = "a" + std::to_string(i);
        bomb += "    " + name + ": &" + name + " [" + below;
        for (int j = 1; j < 10; ++j) bomb += ", " + below;
        bomb += "]\n";
    }
    CHECK_THAT(config_file{with_options(bomb)}.complaint(),
               Contains("provider.options: holds too many values"));
}

TEST_CASE("options: no secret is in a complaint", "[config][options]") {
    config_file file{with_options("    a: !file secret\n    a: !file secret\n    b: !file absent\n")};
    file.folder().write("secret", "hush");
    for (const auto& line : file.complaints()) CHECK_THAT(line, !Contains("hush"));
}
