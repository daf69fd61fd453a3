#include "fleet/manifest_cache.hpp"

#include "fleet/yaml_reader.hpp"
#include "support/catch.hpp"

#include <boost/json/serialize.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

// Equal, numbers of the same kind, members in the same order.
void check_comes_back(const json::value& value) {
    const auto back = from_text(to_text(value));
    REQUIRE(back);
    CHECK(*back == value);
    CHECK(json::serialize(*back) == json::serialize(value));
}

} // namespace

TEST_CASE("manifest cache: what YAML can say comes back as it was", "[fleet][unit]") {
    for (const std::string text : {"1",
                                   "1.0",
                                   "-0.0",
                                   "0",
                                   "18446744073709551615",
                                   "-9223372036854775808",
                                   "9223372036854775808",
                                   "0.1",
                                   "0.30000000000000004",
                                   "1.7976931348623157e308",
                                   "5e-324",
                                   "2.2250738585072014e-308",
                                   "1e999",
                                   ".inf",
                                   "0x10",
                                   "0o17",
                                   "1_000",
                                   "12:30",
                                   "yes",
                                   "'yes'",
                                   "~",
                                   "''",
                                   "'1.0'",
                                   "[]",
                                   "{}",
                                   "[[], {}]",
                                   "[1, 1.0, '1', 1.5]",
                                   "{z: 1, a: {d: 1.5, c: 2}, m: [3, {y: 1, b: 2}]}",
                                   "{'<<': 1.5, '1': a, 'true': b, '': c}",
                                   R"("\0\x01\t\n\r\e\"\\\/\N\_\L\P")",
                                   R"("\u00e4\u20ac\U0001F600\uFFFD\uFEFF\x7f\x85")",
                                   R"({"\0": 1.5, "\U0001F600": "\x7f\x85\u2028"})",
                                   "'# : - {}'",
                                   "|\n a\n  b\n\n",
                                   "\"a\\ud83d\""}) {
        CAPTURE(text);
        for (const auto& document : read_yaml("[" + text + "]").documents) check_comes_back(document.root);
        for (const auto& document : read_yaml(text).documents) check_comes_back(document.root);
    }
}

TEST_CASE("manifest cache: a value may be as deep as YAML lets it", "[fleet][unit]") {
    const std::string deep = std::string(64, '[') + "1.5, 1" + std::string(64, ']');
    const auto yaml = read_yaml(deep);
    REQUIRE(yaml.documents.size() == 1);
    check_comes_back(yaml.documents.front().root);
}

TEST_CASE("manifest cache: fractions come back to the last bit", "[fleet][unit]") {
    std::mt19937_64 random{1};
    for (int i = 0; i < 2'000; ++i) {
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        if (!std::isfinite(number)) continue;
        const auto back = from_text(to_text(json::object{{"n", number}}));
        REQUIRE(back);
        const double read = back->at("n").as_double();
        REQUIRE(std::memcmp(&read, &number, sizeof number) == 0);
    }
}

TEST_CASE("manifest cache: what is not JSON is nothing", "[fleet][unit]") {
    for (const std::string text : {"", "{", "{\"a\": 1", "kind: x", "{} {}", "\"\xff\"", "1.5.5"}) {
        CAPTURE(text);
        CHECK_FALSE(from_text(text));
    }
    CHECK_FALSE(from_text(std::string(100'000, '[')));
}
