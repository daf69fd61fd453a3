#include "ldap/entry.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;

TEST_CASE("entry: an id is 16 octets, in any case", "[ldap][entry]") {
    const auto id = parse_entry_id("597ae2f6-16A6-1027-98f4-d28b5365dc14");
    REQUIRE(id.has_value());
    CHECK((*id)[0] == 0x59);
    CHECK((*id)[4] == 0x16);
    CHECK((*id)[5] == 0xa6);
    CHECK((*id)[15] == 0x14);
    CHECK(entry_id_hash{}(*id) == entry_id_hash{}(*parse_entry_id("597AE2F6-16a6-1027-98F4-D28B5365DC14")));
}

TEST_CASE("entry: what is no id is none", "[ldap][entry]") {
    for (const auto* text :
         {"", "597ae2f6", "597ae2f6-16a6-1027-98f4-d28b5365dc1", "597ae2f6-16a6-1027-98f4-d28b5365dc145",
          "597ae2f6016a6-1027-98f4-d28b5365dc14", "597ae2f6-16a6-1027-98f4-d28b5365dc1g",
          "-97ae2f6-16a6-1027-98f4-d28b5365dc14"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_entry_id(text).has_value());
    }
}

TEST_CASE("entry: attributes and classes are found in any case", "[ldap][entry]") {
    const entry device{"cn=a",
                       {{"objectClass", {"top", "edgeDevice"}}, {"edgeLabel", {"x", "y"}}, {"cn", {}}}};
    CHECK(device.dn() == "cn=a");
    CHECK(device.values("EDGELABEL").size() == 2);
    CHECK(device.value("edgelabel") == "x");
    CHECK(device.is_a("EDGEDEVICE"));
    CHECK_FALSE(device.is_a("edgeObject"));
    CHECK_FALSE(device.has("cn"));
    CHECK_FALSE(device.has("sn"));
    CHECK(device.value("sn").empty());
    CHECK(device.values("sn").empty());
}
