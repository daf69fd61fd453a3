#include "ldap/escaping.hpp"

#include "ldap/directory_problem.hpp"

#include "support/catch.hpp"

#include <ldap.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace edgeconf::ldap;

namespace {

// The value of the first attribute in a DN, as libldap reads it.
std::string first_value(const std::string& dn, std::size_t& depth) {
    LDAPDN parsed = nullptr;
    REQUIRE(ldap_str2dn(dn.c_str(), &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS);
    const std::unique_ptr<LDAPRDN, void (*)(LDAPDN)> owned{parsed, &ldap_dnfree};
    for (depth = 0; parsed[depth] != nullptr;) ++depth;
    REQUIRE(depth > 0);
    REQUIRE(parsed[0][0] != nullptr);
    CHECK(parsed[0][1] == nullptr);
    const auto& value = parsed[0][0]->la_value;
    return {value.bv_val, value.bv_len};
}

// The value in the request that libldap would make of "(cn=...)".
std::string filter_sends(const std::string& filter) {
    const std::unique_ptr<BerElement, void (*)(BerElement*)> ber{ber_alloc_t(LBER_USE_DER),
                                                                 [](BerElement* all) { ber_free(all, 1); }};
    REQUIRE(ldap_put_vrFilter(ber.get(), filter.c_str()) == 0);
    berval whole{};
    REQUIRE(ber_flatten2(ber.get(), &whole, 0) == 0);
    const std::unique_ptr<BerElement, void (*)(BerElement*)> read{ber_init(&whole),
                                                                  [](BerElement* all) { ber_free(all, 1); }};
    berval attribute{};
    berval value{};
    REQUIRE(ber_scanf(read.get(), "{{mm}}", &attribute, &value) != LBER_ERROR);
    return {value.bv_val, value.bv_len};
}

std::vector<std::string> hostile_texts() {
    std::vector<std::string> texts{"a",
                                   " ",
                                   "  ",
                                   " a ",
                                   "#a",
                                   "a#",
                                   "\"",
                                   "\\",
                                   "\\20",
                                   "*",
                                   "(",
                                   ")",
                                   "*)(uid=*",
                                   "a,dc=evil",
                                   "a+sn=b",
                                   "a;b",
                                   "a<b>c",
                                   "a=b",
                                   "=",
                                   "\n",
                                   "\r\n",
                                   "\x01\x7f",
                                   "\xc3\xa9",
                                   "\xe2\x82\xac",
                                   "\xf0\x9f\x98\x80",
                                   std::string{"a\0b", 3},
                                   std::string{"\0", 1},
                                   std::string(300, '\\')};
    std::mt19937 random{7};
    std::uniform_int_distribution<int> ascii{0, 127};
    std::uniform_int_distribution<std::size_t> length{1, 12};
    for (int i = 0; i < 500; ++i) {
        std::string text(length(random), ' ');
        for (auto& c : text) c = static_cast<char>(ascii(random));
        texts.push_back(std::move(text));
    }
    return texts;
}

} // namespace

TEST_CASE("escaping: a name is one value of one entry below its parent, whatever it is", "[ldap][escaping]") {
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        const auto dn = child("cn", text, "ou=fleet,dc=example");
        std::size_t depth = 0;
        CHECK(first_value(dn, depth) == text);
        CHECK(depth == 3);
        CHECK(is_dn(dn));
    }
}

TEST_CASE("escaping: a value in a filter is that value, whatever it is", "[ldap][escaping]") {
    for (const auto& text : hostile_texts()) {
        CAPTURE(text);
        const auto filter = equals("cn", text);
        CHECK(is_filter(filter));
        CHECK(filter_sends(filter) == text);
    }
    CHECK(filter_sends(equals("cn", "\xff\xfe")) == "\xff\xfe");
    CHECK(filter_value("").empty());
    CHECK(filter_value("a*(b)\\") == "a\\2A\\28b\\29\\5C");
}

TEST_CASE("escaping: what is not UTF-8 names no entry", "[ldap][escaping]") {
    for (const auto* text : {"\xff", "\xc3", "a\xe2\x82"})
        CHECK_THROWS_AS(child("cn", text, "dc=a"), directory_problem);
}

TEST_CASE("escaping: a child of nothing is an entry at the top", "[ldap][escaping]") {
    CHECK(child("dc", "example", "") == "dc=example");
}

TEST_CASE("escaping: a DN is told from what is none", "[ldap][escaping]") {
    for (const auto* text :
         {"dc=example", "ou=fleet, dc=example", "cn=a+sn=b,dc=c", "cn=\\2C", "2.5.4.3=a"}) {
        CAPTURE(text);
        CHECK(is_dn(text));
    }
    for (const std::string& text :
         {std::string{}, std::string{"fleet"}, std::string{"dc=a,"}, std::string{",dc=a"},
          std::string{"dc=a\0", 5}, std::string{"=a"}, std::string{" "}}) {
        CAPTURE(text);
        CHECK_FALSE(is_dn(text));
    }
}

TEST_CASE("escaping: a filter is told from what is none", "[ldap][escaping]") {
    for (const auto* text : {"(cn=a)", "(&(cn=a)(!(sn=*)))", "(|(a=b*c)(d>=e))", "(cn=)"}) {
        CAPTURE(text);
        CHECK(is_filter(text));
    }
    for (const std::string& text :
         {std::string{}, std::string{"cn=a"}, std::string{"(cn=a"}, std::string{"(cn=a)(sn=b)"},
          std::string{"()"}, std::string{"(cn=\\zz)"}, std::string{"(cn=a) "}, std::string{"(cn=a\0)", 7},
          std::string{"(cn=a))"}, std::string{")("}}) {
        CAPTURE(text);
        CHECK_FALSE(is_filter(text));
    }
}
