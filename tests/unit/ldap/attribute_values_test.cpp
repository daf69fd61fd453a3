#include "ldap/attribute_values.hpp"

#include "support/catch.hpp"

#include <boost/json/serialize.hpp>

using namespace edgeconf::ldap;
using namespace std::string_literals;
using Catch::Contains;
using Catch::Message;

namespace {

std::string read(std::string_view text) { return boost::json::serialize(read_map("edgeSpec", text)); }

std::string problem_of(std::string_view text) {
    try {
        (void)read_map("edgeSpec", text);
    } catch (const unusable_entry& problem) {
        return problem.what();
    }
    return {};
}

} // namespace

TEST_CASE("attribute values: YAML and JSON are the same map", "[ldap][values]") {
    CHECK(read("a: 1\nb: [x, z]\n") == R"({"a":1,"b":["x","z"]})");
    CHECK(read(R"({"a": 1, "b": ["x", "z"]})") == R"({"a":1,"b":["x","z"]})");
    CHECK(read("") == "{}");
    CHECK(read("# nothing but this\n") == "{}");
}

TEST_CASE("attribute values: all that is wrong in a text is told by attribute and line", "[ldap][values]") {
    CHECK_THAT(problem_of("a: 1\na: 2\nb: 3\nb: 4\n"),
               Contains("edgeSpec, line 2: ") && Contains("; edgeSpec, line 4: "));
    CHECK_THAT(problem_of("- a\n"), Contains("edgeSpec has to be one map"));
    CHECK_THAT(problem_of("a: 1\n---\nb: 2\n"), Contains("edgeSpec has to be one map"));
    CHECK_THAT(problem_of("a: [\n"), Contains("edgeSpec, line "));
}

TEST_CASE("attribute values: hostile texts are refused", "[ldap][values]") {
    CHECK_FALSE(problem_of("a: \xff\xfe\n").empty());
    CHECK_THAT(problem_of("a: b\n\0c: d\n"s), Contains("edgeSpec has a NUL"));
    CHECK_FALSE(problem_of(std::string(100'000, '[')).empty());
    CHECK_FALSE(problem_of(std::string(100'000, '{')).empty());
    std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 9; ++i) {
        const auto before = "*a" + std::to_string(i - 1);
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
        for (int n = 0; n < 9; ++n) laughs.append(", ").append(before);
        laughs += "]\n";
    }
    CHECK_THAT(problem_of(laughs), Contains("aliases unfold to more than"));
}

TEST_CASE("attribute values: key=value texts are read at their first =", "[ldap][values]") {
    const std::vector<std::string> texts{"b=2", "a=x=y", "c="};
    const auto read = read_pairs("edgeLabel", texts);
    CHECK(read == std::map<std::string_view, std::string_view>{{"a", "x=y"}, {"b", "2"}, {"c", ""}});
    CHECK_THROWS_MATCHES(read_pairs("edgeLabel", {"a=1", "b"}), unusable_entry,
                         Message(R"(edgeLabel is "b"; it has to be key=value)"));
    CHECK_THROWS_MATCHES(read_pairs("edgeLabel", {"a=1", "a=2"}), unusable_entry,
                         Message(R"(edgeLabel has the key "a" twice)"));
}

TEST_CASE("attribute values: what is quoted is short, and in one line", "[ldap][values]") {
    CHECK(in_quotes("pump") == R"("pump")");
    CHECK(in_quotes("a\nb\"c") == R"("a\nb\"c")");
    CHECK(in_quotes("\xff"s) == R"("\xff")");
    const auto cut = in_quotes(std::string(1'000'000, 'x'));
    CHECK(cut.size() < 200);
    CHECK_THAT(cut, Catch::EndsWith("\"..."));
}

TEST_CASE("attribute values: empty ones are not written", "[ldap][values]") {
    write_request made{write_request::kind::add, "cn=a", {}, {}};
    add_values(made, "edgeLabel", {"", "a=b", ""});
    add_values(made, "edgeSpec", {""});
    REQUIRE(made.changes.size() == 1);
    CHECK(made.changes.front().attribute == "edgeLabel");
    CHECK(made.changes.front().values == std::vector<std::string>{"a=b"});
}
