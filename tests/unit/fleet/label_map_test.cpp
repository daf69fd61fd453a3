#include "fleet/label_map.hpp"

#include "support/catch.hpp"

using namespace edgeconf::fleet;

TEST_CASE("label map: sorted, each key once, the last value counts", "[fleet][unit]") {
    label_map labels{{"b", "2"}, {"a", "1"}};
    labels.set("c", "3");
    labels.set("a", "one");
    labels.set(label_map{{"b", "two"}, {"aa", "between"}});
    CHECK(labels == string_map{{"a", "one"}, {"aa", "between"}, {"b", "two"}, {"c", "3"}});
    CHECK(labels.map() == string_map{{"a", "one"}, {"aa", "between"}, {"b", "two"}, {"c", "3"}});
    CHECK(labels.size() == 4);
    std::string keys;
    for (const auto& [key, value] : labels) keys += key.get() + " ";
    CHECK(keys == "a aa b c ");
}

TEST_CASE("label map: finds a value, also an empty one", "[fleet][unit]") {
    const label_map labels{{"a", ""}, {"c", "3"}};
    REQUIRE(labels.find("a") != nullptr);
    CHECK(labels.find("a")->empty());
    REQUIRE(labels.find("c") != nullptr);
    CHECK(*labels.find("c") == "3");
    CHECK(labels.find("b") == nullptr);
    CHECK(labels.find("") == nullptr);
    CHECK(labels.find("d") == nullptr);
    CHECK(label_map{}.find("a") == nullptr);
}

TEST_CASE("label map: equal texts are kept once", "[fleet][unit]") {
    const label_map one{{"site", "a value that is too long to be kept inside a string"}};
    const label_map two{{"site", "a value that is too long to be kept inside a string"}};
    CHECK(one == two);
    CHECK(one.find("site") == two.find("site"));
    CHECK_FALSE(one == label_map{{"site", "another"}});
}
