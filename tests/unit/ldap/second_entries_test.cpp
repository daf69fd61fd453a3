#include "ldap/second_entries.hpp"

#include "sample_entries.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;

TEST_CASE("second entries: each has its turn, in the order of their ids", "[ldap][second]") {
    second_entries all;
    all.put("a", numbered(3, "cn=3", {}));
    all.put("a", numbered(2, "cn=2", {}));
    all.put("b", numbered(1, "cn=1", {}));
    CHECK(all.take("a")->dn() == "cn=2");
    CHECK(all.take("a")->dn() == "cn=3");
    CHECK_FALSE(all.take("a").has_value());
    CHECK(all.take("b")->dn() == "cn=1");
}

TEST_CASE("second entries: one that is put again is there once, as it was last", "[ldap][second]") {
    second_entries all;
    all.put("a", numbered(1, "cn=old", {}));
    all.put("b", numbered(1, "cn=new", {}));
    CHECK_FALSE(all.take("a").has_value());
    CHECK(all.take("b")->dn() == "cn=new");
    CHECK_FALSE(all.erase(id_number(1)));
}

TEST_CASE("second entries: one that is gone has no turn", "[ldap][second]") {
    second_entries all;
    all.put("a", numbered(1, "cn=1", {}));
    all.put("a", numbered(2, "cn=2", {}));
    CHECK(all.erase(id_number(1)));
    CHECK_FALSE(all.erase(id_number(1)));
    CHECK(all.take("a")->dn() == "cn=2");
}
