#include "ldap/sync_messages.hpp"

#include "ldap/directory_problem.hpp"
#include "recording_sink.hpp"
#include "support/catch.hpp"

using namespace edgeconf::ldap;
using namespace std::string_literals;
using edgeconf::test::numbered;

namespace {

std::string octets_of(std::uint8_t number) {
    const auto id = numbered(number);
    return {id.begin(), id.end()};
}

// BER, by hand: short lengths only.
std::string tagged(char tag, const std::string& content) {
    return tag + std::string(1, static_cast<char>(content.size())) + content;
}

} // namespace

TEST_CASE("sync messages: a request asks for changes, too, and says what is known", "[ldap]") {
    CHECK(sync_request("") == "\x30\x06\x0a\x01\x03\x01\x01\x00"s);
    CHECK(sync_request("rid") == "\x30\x0b\x0a\x01\x03\x04\x03rid\x01\x01\x00"s);
}

TEST_CASE("sync messages: an entry's state, with a cookie and without", "[ldap]") {
    const auto bare = read_sync_state(tagged('\x30', "\x0a\x01\x03" + tagged('\x04', octets_of(5))));
    CHECK(bare.is == sync_state::kind::remove);
    CHECK(bare.id == numbered(5));
    CHECK(bare.cookie.empty());
    const auto full = read_sync_state(
        tagged('\x30', "\x0a\x01\x01" + tagged('\x04', octets_of(6)) + tagged('\x04', "c\0d"s)));
    CHECK(full.is == sync_state::kind::add);
    CHECK(full.cookie == "c\0d"s);
}

TEST_CASE("sync messages: the ends of phases; without a word a phase is the last one", "[ldap]") {
    const auto present = read_sync_info(tagged('\xa2', tagged('\x04', "c") + "\x01\x01\x00"s));
    CHECK(present.is == sync_info::kind::refresh_present);
    CHECK(present.cookie == "c");
    CHECK_FALSE(present.refresh_done);
    const auto deleted = read_sync_info(tagged('\xa1', ""));
    CHECK(deleted.is == sync_info::kind::refresh_delete);
    CHECK(deleted.refresh_done);
    const auto cookie = read_sync_info(tagged('\x80', "c"));
    CHECK(cookie.is == sync_info::kind::new_cookie);
    CHECK(cookie.cookie == "c");
}

TEST_CASE("sync messages: sets of ids, of what is present and of what is deleted", "[ldap]") {
    const auto set = tagged('\x31', tagged('\x04', octets_of(1)) + tagged('\x04', octets_of(2)));
    const auto present = read_sync_info(tagged('\xa3', set));
    CHECK(present.is == sync_info::kind::id_set);
    CHECK_FALSE(present.deleted);
    CHECK(present.ids == std::vector{numbered(1), numbered(2)});
    const auto deleted = read_sync_info(tagged('\xa3', tagged('\x04', "c") + "\x01\x01\xff" + set));
    CHECK(deleted.deleted);
    CHECK(deleted.ids.size() == 2);
    CHECK(read_sync_info(tagged('\xa3', tagged('\x31', ""))).ids.empty());
}

TEST_CASE("sync messages: what is malformed is said to be, and every part of a message is", "[ldap]") {
    const auto state =
        tagged('\x30', "\x0a\x01\x01" + tagged('\x04', octets_of(6)) + tagged('\x04', "cookie"));
    const auto info =
        tagged('\xa3', tagged('\x04', "c") + "\x01\x01\xff" + tagged('\x31', tagged('\x04', octets_of(1))));
    for (std::size_t size = 0; size < state.size(); ++size)
        CHECK_THROWS_AS(read_sync_state(state.substr(0, size)), directory_problem);
    for (std::size_t size = 0; size < info.size(); ++size)
        CHECK_THROWS_AS(read_sync_info(info.substr(0, size)), directory_problem);
    CHECK_THROWS_AS(read_sync_state(tagged('\x30', "\x0a\x01\x04" + tagged('\x04', octets_of(5)))),
                    directory_problem); // no such state
    CHECK_THROWS_AS(read_sync_state(tagged('\x30', "\x0a\x01\x03" + tagged('\x04', "short"))),
                    directory_problem);
    CHECK_THROWS_AS(read_sync_info(tagged('\xa4', "")), directory_problem);
    CHECK_THROWS_AS(read_sync_info(tagged('\xa3', tagged('\x31', tagged('\x04', "short")))),
                    directory_problem);
}
