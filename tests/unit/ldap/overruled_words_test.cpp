#include "ldap/overruled_words.hpp"

#include "ldap/host_connection.hpp"
#include "ldap/slapd.hpp"
#include "sample_entries.hpp"
#include "support/catch.hpp"

using namespace edgeconf::ldap;
using edgeconf::test::slapd;

namespace {

using texts = std::vector<std::string>;

entry own(std::uint32_t number, const std::string& word) {
    return device_entry_of(number, "d" + std::to_string(number), {{"edgeApproval", {word}}});
}

texts to_take_back(const overruled_words& from, std::size_t most = 100) {
    texts made;
    for (const auto& each : from.to_take_back(most)) made.push_back(each.approval);
    return made;
}

// Hosts may not write what this one says.
constexpr const char* frozen = "dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n"
                               "olcAccess: {0}to dn.exact=\"edgeDeviceId=frozen,ou=devices,ou=edge,"
                               "dc=example,dc=com\" by dn.exact=\"cn=edgeconf,ou=services,dc=example,dc=com\""
                               " read by * break\n";

} // namespace

TEST_CASE("overruled words: only what lets a device in or wipes it is taken back", "[ldap][overruled]") {
    overruled_words words;
    CHECK_FALSE(words.judge(own(1, "approved"), false));
    CHECK_FALSE(words.judge(own(2, "pending"), true));
    CHECK(words.judge(own(3, "declined"), true));
    CHECK(words.judge(own(4, "maybe"), true));
    CHECK_FALSE(words.has_to_take_back());
    CHECK(words.judge(own(5, "APPROVED"), true));
    CHECK(words.judge(own(6, "removed"), true));
    CHECK(to_take_back(words) == texts{"approved", "removed"});
    CHECK(to_take_back(words, 1) == texts{"approved"});
    words.gone(id_number(5));
    CHECK(to_take_back(words) == texts{"removed"});
    CHECK_FALSE(words.judge(own(6, "pending"), true));
    CHECK_FALSE(words.has_to_take_back());
}

TEST_CASE("overruled words: what was said while the inventory had the device is so until it is said anew",
          "[ldap][overruled]") {
    overruled_words words;
    CHECK(words.judge(own(1, "approved"), true));
    words.tried(words.to_take_back(1));
    CHECK_FALSE(words.has_to_take_back());
    CHECK(words.judge(own(1, "approved"), false)); // it has left
    CHECK(words.has_to_take_back());               // and is tried again
    CHECK_FALSE(words.judge(own(1, "declined"), false));
    CHECK_FALSE(words.judge(own(1, "approved"), false));
    CHECK_FALSE(words.has_to_take_back());
}

TEST_CASE("overruled words: a word is taken back unless somebody has changed it meanwhile",
          "[ldap][overruled]") {
    slapd directory{{.fast = true, .configuration = frozen}};
    session over{edgeconf::test::host_connection(directory)};
    const auto dn = [&](const std::string& id) { return edgeconf::test::device_dn(directory, id); };
    for (const auto* each : {"a: Approved", "b: removed", "c: declined", "frozen: approved"}) {
        const std::string text = each;
        const auto colon = text.find(':');
        directory.add("dn: " + dn(text.substr(0, colon)) + "\nobjectClass: edgeDevice\nedgeApproval" +
                      text.substr(colon) + "\n");
    }
    const auto word_of = [&](const std::string& id) {
        return std::string{over.read(dn(id), {"edgeApproval"}).value().value("edgeApproval")};
    };
    const auto kept = take_back(over, {{id_number(1), dn("a"), "approved"},
                                       {id_number(2), dn("b"), "removed"},
                                       {id_number(3), dn("c"), "approved"},
                                       {id_number(4), dn("missing"), "approved"},
                                       {id_number(5), dn("frozen"), "approved"}});
    CHECK(word_of("a") == "pending");
    CHECK(word_of("b") == "pending");
    CHECK(word_of("c") == "declined");
    CHECK(word_of("frozen") == "approved");
    REQUIRE(kept.size() == 1);
    CHECK(kept.front().word.dn == dn("frozen"));
    CHECK_THAT(kept.front().why, Catch::Contains("access (50)"));
    CHECK(take_back(over, {}).empty());
}
