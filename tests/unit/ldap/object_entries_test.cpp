#include "ldap/object_entries.hpp"

#include "sample_entries.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;
using Catch::Contains;

namespace {

entry map_of(std::uint32_t number, const std::string& name, const std::string& data = "data: {a: b}") {
    return numbered(
        number, "cn=" + std::to_string(number) + ",ou=objects",
        {{"objectClass", {"edgeObject"}}, {"edgeKind", {"ConfigMap"}}, {"cn", {name}}, {"edgeData", {data}}});
}

// "cn=1,ou=objects a=b", as accepted.
std::vector<std::string> accepted(const object_entries& all) {
    std::vector<std::string> made;
    for (const auto& each : all.all()) made.push_back(each.path + " " + each.objects.front().text);
    return made;
}

std::string problem_of(const object_entries& all, std::uint32_t number) {
    const auto wrong = all.left_out();
    const auto found = wrong.find("cn=" + std::to_string(number) + ",ou=objects");
    return found == wrong.end() ? std::string{} : found->second;
}

} // namespace

TEST_CASE("object entries: all that are accepted, by DN", "[ldap][objects]") {
    object_entries all;
    CHECK(all.put(map_of(2, "b")));
    CHECK(all.put(map_of(1, "a")));
    CHECK_FALSE(all.put(map_of(1, "a"))); // says nothing new
    CHECK(all.put(map_of(1, "a", "data: {a: c}")));
    REQUIRE(accepted(all).size() == 2);
    CHECK_THAT(accepted(all)[0], Contains("cn=1") && Contains(R"({"a":"c"})"));
    CHECK(all.left_out().empty());
}

TEST_CASE("object entries: a mistake changes nothing but what is said of it", "[ldap][objects]") {
    object_entries all;
    all.put(map_of(1, "a"));
    const auto before = accepted(all);
    CHECK_FALSE(all.put(map_of(1, "a", "data: [")));
    CHECK(accepted(all) == before);
    CHECK_THAT(problem_of(all, 1), Contains("edgeData, line "));
    CHECK_FALSE(all.put(map_of(1, "a")));
    CHECK(all.left_out().empty());

    CHECK_FALSE(all.put(map_of(2, "b", "data: [")));
    CHECK(accepted(all) == before);
    CHECK_FALSE(all.gone(id_number(2)));
    CHECK(all.left_out().empty());
}

TEST_CASE("object entries: what an entry was stays until it can be used as another object",
          "[ldap][objects]") {
    object_entries all;
    all.put(map_of(1, "a"));
    CHECK_FALSE(all.put(map_of(1, "B")));
    CHECK_THAT(accepted(all).at(0), Contains(R"("name":"a")"));
    CHECK(all.put(map_of(1, "b")));
    REQUIRE(accepted(all).size() == 1);
    CHECK_THAT(accepted(all)[0], Contains(R"("name":"b")"));
    CHECK(all.put(map_of(2, "a"))); // is free again
}

TEST_CASE("object entries: of two entries for an object the first counts, then the other",
          "[ldap][objects]") {
    object_entries all;
    all.put(map_of(1, "a"));
    CHECK_FALSE(all.put(map_of(2, "a", "data: {a: second}")));
    CHECK_FALSE(all.put(map_of(3, "a", "data: [")));
    CHECK_THAT(problem_of(all, 2), Contains("the ConfigMap default/a is the entry cn=1,ou=objects already"));
    REQUIRE(accepted(all).size() == 1);
    CHECK(all.gone(id_number(1)));
    REQUIRE(accepted(all).size() == 1);
    CHECK_THAT(accepted(all)[0], Contains("second"));
    CHECK(problem_of(all, 2).empty());
    CHECK(all.gone(id_number(2)));
    CHECK(accepted(all).empty());
    CHECK_THAT(problem_of(all, 3), Contains("edgeData, line "));
    CHECK(all.put(map_of(3, "a")));
}

TEST_CASE("object entries: an object that is renamed leaves its name to the next", "[ldap][objects]") {
    object_entries all;
    all.put(map_of(1, "a"));
    all.put(map_of(2, "a"));
    CHECK(all.put(map_of(1, "b")));
    CHECK(accepted(all).size() == 2);
    CHECK(all.left_out().empty());
    CHECK_FALSE(all.put(map_of(1, "a"))); // is another one's now, and stays what it was
    CHECK_THAT(accepted(all).at(0), Contains(R"("name":"b")"));
    CHECK_FALSE(problem_of(all, 1).empty());
}

TEST_CASE("object entries: objects that are made anew before the old ones go are the same afterwards",
          "[ldap][objects]") {
    object_entries all;
    constexpr std::uint32_t many = 2000;
    for (std::uint32_t i = 0; i < many; ++i) all.put(map_of(i, "m" + std::to_string(i)));
    for (std::uint32_t i = 0; i < many; ++i) all.put(map_of(many + i, "m" + std::to_string(i)));
    CHECK(all.left_out().size() == many);
    for (std::uint32_t i = 0; i < many; ++i) all.gone(id_number(i));
    CHECK(all.left_out().empty());
    CHECK(all.all().size() == many);
}
