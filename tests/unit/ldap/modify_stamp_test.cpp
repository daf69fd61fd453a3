#include "ldap/modify_stamp.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;

TEST_CASE("modify stamp: reads generalized times in UTC, and writes them", "[ldap]") {
    CHECK(parse_modify_stamp("19700101000001Z") == 1);
    CHECK(parse_modify_stamp("20240229235959Z") == 1709251199);
    CHECK(parse_modify_stamp("20240229235959.0Z") == 1709251199);
    CHECK(parse_modify_stamp("20240229235959.987654Z") == 1709251199);
    CHECK(generalized_time(1709251199) == "20240229235959Z");
    CHECK(parse_modify_stamp(generalized_time(4294967295)) == 4294967295);
}

TEST_CASE("modify stamp: anything else is unknown", "[ldap]") {
    const auto* const text = GENERATE("", "Z", "20240229235959", "202402292359Z", "20240229235959+0100",
                                      "20241329235959Z", "2024022923595 Z", "-0240229235959Z",
                                      "19691231235959Z", "22000101000000Z", "yesterday, at noonZ");
    CAPTURE(text);
    CHECK(parse_modify_stamp(text) == unknown_stamp);
}
