#include "ldap/server_url.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::ldap;

namespace {

server_url read(const std::string& text) {
    std::string wrong;
    const auto parsed = parse_server_url(text, wrong);
    CAPTURE(text, wrong);
    REQUIRE(parsed.has_value());
    CHECK(wrong.empty());
    return *parsed;
}

std::string refusal(const std::string& text) {
    std::string wrong;
    CHECK_FALSE(parse_server_url(text, wrong).has_value());
    return wrong;
}

} // namespace

TEST_CASE("server URL: schemes have their ports", "[ldap][url]") {
    CHECK(read("ldap://directory.example").port == 389);
    CHECK(read("ldaps://directory.example").port == 636);
    CHECK(read("LDAPS://directory.example:1636/").port == 1636);
    CHECK(read("ldaps://directory.example").scheme == url_scheme::ldaps);
    CHECK(read("ldap://directory.example").host == "directory.example");
    CHECK(read("ldap://directory.example").text == "ldap://directory.example");
}

TEST_CASE("server URL: addresses and sockets are hosts", "[ldap][url]") {
    CHECK(read("ldap://[2001:db8::1]:1389").host == "2001:db8::1");
    const auto socket = read("ldapi://%2Frun%2Fslapd%2Fldapi");
    CHECK(socket.scheme == url_scheme::ldapi);
    CHECK(socket.host == "/run/slapd/ldapi");
}

TEST_CASE("server URL: what stays on the machine is told from what leaves it", "[ldap][url]") {
    for (const auto* text : {"ldapi://%2Frun%2Fldapi", "ldap://localhost", "ldap://LOCALHOST:1389",
                             "ldap://127.0.0.1", "ldap://127.8.9.10", "ldap://[::1]"}) {
        CAPTURE(text);
        CHECK(read(text).is_local());
    }
    for (const auto* text : {"ldap://192.0.2.7", "ldap://localhost.example", "ldap://[2001:db8::1]",
                             "ldap://127.example", "ldap://[::ffff:192.0.2.7]"}) {
        CAPTURE(text);
        CHECK_FALSE(read(text).is_local());
    }
}

TEST_CASE("server URL: it names a server and nothing in it", "[ldap][url]") {
    for (const auto* text : {"ldap://a/dc=example", "ldap://a/??sub", "ldap://a/??\?(cn=b)", "ldap://a/?cn",
                             "ldap://a/????x-a"}) {
        CAPTURE(text);
        CHECK_THAT(refusal(text), Catch::Contains("said by base"));
    }
}

TEST_CASE("server URL: what is none is refused", "[ldap][url]") {
    for (const std::string& text :
         {std::string{}, std::string{"directory.example"}, std::string{"http://a"}, std::string{"cldap://a"},
          std::string{"ldap:a"}, std::string{"ldap://a ldap://b"}, std::string{"ldap://a,ldap://b"},
          std::string{"ldap://a:b"}, std::string{"ldap://a:70000"}, std::string{"ldap://a:-1"},
          std::string{"ldap://a\0", 9}, std::string{"ldap://\xc3\xa9"}, std::string{"ldap://[::1"}}) {
        CAPTURE(text);
        CHECK_THAT(refusal(text), Catch::Contains("has to be a URL"));
    }
    CHECK_THAT(refusal("ldap://"), Catch::Contains("host"));
    CHECK_THAT(refusal("ldapi:///"), Catch::Contains("socket"));
}
