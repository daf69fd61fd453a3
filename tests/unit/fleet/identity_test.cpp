#include "fleet/identity.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::fleet;

TEST_CASE("identity: R19 says which device ids are allowed", "[fleet][unit]") {
    for (const auto* id :
         {"a", "242e48d0-286b-4170-9b97-95502066e6ae", "deviceID", "a.b_c:d-e", "...", "-"}) {
        CAPTURE(id);
        CHECK(is_device_id(id));
    }
    CHECK(is_device_id(std::string(253, 'x')));
    CHECK_FALSE(is_device_id(std::string(254, 'x')));
    for (const auto* id : {"", ".", "..", "a/b", "a b", "*", "a%2Fb", "\xc3\xa9", "a\n"}) {
        CAPTURE(id);
        CHECK_FALSE(is_device_id(id));
    }
}

TEST_CASE("identity: a namespace is a DNS label", "[fleet][unit]") {
    for (const auto* ns : {"default", "plant-1", "1", "a"}) CHECK(is_namespace(ns));
    CHECK(is_namespace(std::string(63, 'n')));
    CHECK_FALSE(is_namespace(std::string(64, 'n')));
    for (const auto* ns : {"", "-a", "a-", "A", "a.b", "a_b"}) {
        CAPTURE(ns);
        CHECK_FALSE(is_namespace(ns));
    }
}

TEST_CASE("identity: ids that differ in case alone are equal and have one hash", "[fleet][unit]") {
    CHECK(caseless_equal{}("Dev-1", "dEV-1"));
    CHECK_FALSE(caseless_equal{}("dev-1", "dev-10"));
    CHECK_FALSE(caseless_equal{}("dev[1", "dev{1")); // '[' and '{' differ by the bit that case does
    CHECK(caseless_hash{7}("Dev-1") == caseless_hash{7}("dEV-1"));
    CHECK(caseless_hash{7}("dev-1") != caseless_hash{8}("dev-1"));
}
