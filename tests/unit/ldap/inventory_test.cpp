#include "ldap/inventory.hpp"

#include "sample_entries.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;
using Catch::Contains;

namespace {

mapping_settings mapping() { return *settings_with_inventory().mapping; }

entry machine(std::uint32_t number, attribute_list attributes) {
    return numbered(number, "cn=m" + std::to_string(number), std::move(attributes));
}

std::string problem_of(const inventory& all, const entry& from) {
    try {
        (void)all.read(from);
    } catch (const unusable_entry& problem) {
        return problem.what();
    }
    return {};
}

inventory::reading reading_of(const std::string& id) { return {id, {"approved", "plant-1", {}, {}}}; }

} // namespace

TEST_CASE("inventory: what is asked for is what is mapped", "[ldap][inventory]") {
    auto settings = mapping();
    settings.namespace_attribute = "ou";
    settings.approval_attribute = "employeeType";
    const auto part = inventory{settings}.part();
    CHECK(part.base == settings.base);
    CHECK(part.filter == settings.filter);
    CHECK(part.attributes == std::vector<std::string>{"serialNumber", "l", "ou", "employeeType"});
}

TEST_CASE("inventory: attributes are labels, a namespace and an approval", "[ldap][inventory]") {
    auto settings = mapping();
    settings.label_attributes = {"l=site", "model"};
    settings.namespace_attribute = "ou";
    settings.approval_attribute = "employeeType";
    settings.approved_values = {"in use"};
    settings.declined_values = {"blocked"};
    settings.removed_values = {"scrapped", "sold"};
    const inventory all{settings};
    const auto read = [&](const std::string& word) {
        return all.read(machine(1, {{"serialNumber", {"a"}},
                                    {"l", {"north"}},
                                    {"model", {"x1"}},
                                    {"ou", {"plant-2"}},
                                    {"employeeType", {word}}}));
    };
    const auto one = read("In Use");
    CHECK(one.id == "a");
    CHECK(one.given == given_attributes{"approved", "plant-2", {"model=x1", "site=north"}, {}});
    CHECK(read("blocked").given.approval == "declined");
    CHECK(read("SOLD").given.approval == "removed");
    CHECK(read("").given.approval == "pending");
    CHECK(read("in use ").given.approval == "pending");
}

TEST_CASE("inventory: without further settings all are approved, in one namespace", "[ldap][inventory]") {
    const inventory all{mapping()};
    CHECK(all.read(machine(1, {{"serialNumber", {"a"}}})).given ==
          given_attributes{"approved", "plant-1", {}, {}});
}

TEST_CASE("inventory: what has no id, or is no label, is told and not taken", "[ldap][inventory]") {
    const inventory all{mapping()};
    CHECK_THAT(problem_of(all, machine(1, {})), Contains("serialNumber is \"\""));
    CHECK_THAT(problem_of(all, machine(1, {{"serialNumber", {"a b"}}})), Contains("serialNumber is \"a b\""));
    CHECK_THAT(problem_of(all, machine(1, {{"serialNumber", {"a"}}, {"l", {"north gate"}}})),
               Contains("l is \"north gate\""));
    CHECK(problem_of(all, machine(1, {{"serialNumber", {std::string(1'000'000, '\xff')}}})).size() < 1000);
}

TEST_CASE("inventory: R19: an id is one entry's, in any spelling", "[ldap][inventory]") {
    inventory all{mapping()};
    CHECK(all.put(id_number(1), reading_of("Pump")));
    CHECK_FALSE(all.put(id_number(2), reading_of("pump")));
    CHECK(all.find("PUMP") != nullptr);
    CHECK(all.id_of(id_number(2)).empty());
    CHECK(all.gone(id_number(2)).empty());
    CHECK(all.gone(id_number(1)) == "Pump");
    CHECK(all.find("pump") == nullptr);
    CHECK(all.put(id_number(2), reading_of("pump")));
}

TEST_CASE("inventory: an entry that is another device now leaves the one that it was", "[ldap][inventory]") {
    inventory all{mapping()};
    all.put(id_number(1), reading_of("a"));
    all.put(id_number(2), reading_of("b"));
    CHECK_FALSE(all.put(id_number(1), reading_of("b")));
    CHECK(all.id_of(id_number(1)) == "a"); // nothing has changed
    CHECK(all.find("a") != nullptr);
    CHECK(all.put(id_number(1), reading_of("c")));
    CHECK(all.find("a") == nullptr);
    CHECK(all.put(id_number(1), reading_of("C")));
    CHECK(all.find("c") != nullptr);
    CHECK(all.gone(id_number(1)) == "C");
}
