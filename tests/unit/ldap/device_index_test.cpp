#include "ldap/device_index.hpp"

#include "sample_entries.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;

TEST_CASE("device index: R19: a device is found by its id in any spelling", "[ldap][index]") {
    device_index all;
    auto& added = all.add("Pump-7");
    CHECK(all.find("pump-7") == &added);
    CHECK(added.id == "Pump-7");
    CHECK(all.find("pump-8") == nullptr);
}

TEST_CASE("device index: a device is found by entry and by number, until it has others", "[ldap][index]") {
    device_index all;
    auto& device = all.add("a");
    all.set_number(device, 7);
    all.set_entry(device, id_number(7));
    CHECK(all.find(7U) == &device);
    CHECK(all.find(id_number(7)) == &device);
    all.set_number(device, 8);
    all.set_entry(device, id_number(8));
    CHECK(all.find(7U) == nullptr);
    CHECK(all.find(id_number(7)) == nullptr);
    CHECK(all.find(8U) == &device);
    all.erase(device);
    CHECK(all.find(8U) == nullptr);
    CHECK(all.find(id_number(8)) == nullptr);
    CHECK(all.size() == 0);
}

TEST_CASE("device index: no entry and no number is nobody's", "[ldap][index]") {
    device_index all;
    all.set_entry(all.add("a"), {});
    all.set_number(all.add("a"), 0);
    CHECK(all.find(entry_id{}) == nullptr);
    CHECK(all.find(0U) == nullptr);
}

// Numbers of devices that are gone are given anew after a restart; an entry may be moved to another device.
TEST_CASE("device index: what another device has got stays that one's", "[ldap][index]") {
    device_index all;
    auto& first = all.add("a");
    auto& second = all.add("b");
    all.set_number(first, 7);
    all.set_entry(first, id_number(7));
    all.set_number(second, 7);
    all.set_entry(second, id_number(7));
    all.erase(first);
    CHECK(all.find(7U) == &second);
    CHECK(all.find(id_number(7)) == &second);
}

TEST_CASE("device index: what is told has another hash in each of its parts", "[ldap][index]") {
    const told_attributes told{"m", "s", "h", 1};
    CHECK(hash_of(told) == hash_of(told_attributes{"m", "s", "h", 2})); // times apart
    CHECK(hash_of(told) != hash_of(told_attributes{"x", "s", "h", 1}));
    CHECK(hash_of(told) != hash_of(told_attributes{"m", "x", "h", 1}));
    CHECK(hash_of(told) != hash_of(told_attributes{"m", "s", "x", 1}));
    CHECK(hash_of(told) != hash_of(told_attributes{"s", "m", "h", 1}));
}
