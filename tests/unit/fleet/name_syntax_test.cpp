#include "fleet/name_syntax.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::fleet;

TEST_CASE("name syntax: object names are DNS names", "[fleet][unit]") {
    for (const auto* name : {"a", "0", "kube-root-ca.crt", "a--b", "a.b.c"}) {
        CAPTURE(name);
        CHECK(is_object_name(name));
    }
    for (const auto* name :
         {"", "A", "a_b", "-a", "a-", ".a", "a.", "a..b", "a-.b", "a.-b", "a/b", "\xc3\xa9"}) {
        CAPTURE(name);
        CHECK_FALSE(is_object_name(name));
    }
    CHECK(is_object_name(std::string(253, 'a')));
    CHECK_FALSE(is_object_name(std::string(254, 'a')));
}

TEST_CASE("name syntax: label keys have a name and perhaps a DNS name in front", "[fleet][unit]") {
    for (const auto* key :
         {"site", "A", "a_b.c-d", "flotta/member-of", "podman/x", "app.kubernetes.io/name", "x/9"}) {
        CAPTURE(key);
        CHECK(is_label_key(key));
    }
    for (const auto* key :
         {"", "/", "a/", "/a", "a/b/c", "A/b", "-a", "a-", "a b", "_a", "a:b", "\xc3\xa9"}) {
        CAPTURE(key);
        CHECK_FALSE(is_label_key(key));
    }
    CHECK(is_label_key(std::string(253, 'a') + "/" + std::string(63, 'b')));
    CHECK_FALSE(is_label_key(std::string(254, 'a') + "/b"));
    CHECK_FALSE(is_label_key("a/" + std::string(64, 'b')));
    CHECK_FALSE(is_label_key(std::string(64, 'b')));
}

TEST_CASE("name syntax: label values may be empty", "[fleet][unit]") {
    for (const auto* value : {"", "north", "4", "1.0", "A_b-c"}) {
        CAPTURE(value);
        CHECK(is_label_value(value));
    }
    for (const auto* value : {" ", "a b", "-a", "a.", "a/b", "\xc3\xa9"}) {
        CAPTURE(value);
        CHECK_FALSE(is_label_value(value));
    }
    CHECK(is_label_value(std::string(63, 'a')));
    CHECK_FALSE(is_label_value(std::string(64, 'a')));
}

TEST_CASE("name syntax: keys of data are file names", "[fleet][unit]") {
    for (const auto* key : {"a", "ca.crt", ".dockerconfigjson", "A_B-C", "-", "_"}) {
        CAPTURE(key);
        CHECK(is_data_key(key));
    }
    for (const auto* key : {"", ".", "..", "..a", "a/b", "a b", "a:b"}) {
        CAPTURE(key);
        CHECK_FALSE(is_data_key(key));
    }
    CHECK(is_data_key(std::string(253, 'a')));
    CHECK_FALSE(is_data_key(std::string(254, 'a')));
}
