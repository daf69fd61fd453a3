#include "ldap/sync_content.hpp"

#include "recording_sink.hpp"
#include "support/catch.hpp"

using namespace edgeconf::ldap;
using namespace edgeconf::test;
using told = std::vector<std::string>;
using Catch::UnorderedEquals;

namespace {

sync_entry message(sync_state::kind is, std::uint8_t number, std::string cookie = {}) {
    entry now{"cn=" + std::to_string(number), {}};
    now.set_id(numbered(number));
    return {{is, numbered(number), std::move(cookie)}, std::move(now)};
}

sync_entry added(std::uint8_t number, std::string cookie = {}) {
    return message(sync_state::kind::add, number, std::move(cookie));
}
sync_entry removed(std::uint8_t number, std::string cookie = {}) {
    return message(sync_state::kind::remove, number, std::move(cookie));
}
sync_entry present(std::uint8_t number) { return message(sync_state::kind::present, number); }

sync_info presents_end(std::string cookie = {}, bool done = true) {
    return {.is = sync_info::kind::refresh_present, .cookie = std::move(cookie), .refresh_done = done};
}
sync_info deletes_end(std::string cookie = {}) {
    return {.is = sync_info::kind::refresh_delete, .cookie = std::move(cookie)};
}
sync_info ids(bool deleted, std::vector<entry_id> which) {
    return {.is = sync_info::kind::id_set, .deleted = deleted, .ids = std::move(which)};
}

// Has entries 1 to 3, and the cookie "one".
class content_of_three {
public:
    content_of_three() {
        content.begin();
        for (std::uint8_t i = 1; i <= 3; ++i) content.take(added(i));
        content.take(deletes_end("one"));
        sink.take();
    }

    recording_sink sink;
    sync_content content{sink};
};

constexpr auto good = sync_content::fit::good;
constexpr auto incomplete = sync_content::fit::incomplete;

} // namespace

TEST_CASE("sync content: what comes at first is put, and the cookie kept when it is complete", "[ldap]") {
    recording_sink sink;
    sync_content content{sink};
    content.begin();
    CHECK(content.take(added(1, "early")) == good);
    CHECK(sink.take() == told{"put cn=1"});
    CHECK(content.cookie().empty());
    CHECK_FALSE(content.refreshed());
    content.take(deletes_end("one"));
    CHECK(content.refreshed());
    CHECK(content.cookie() == "one");
    CHECK(content.size() == 1);
}

TEST_CASE("sync content: after those that are present, the others are gone", "[ldap]") {
    content_of_three is;
    is.content.begin();
    CHECK(is.content.take(present(1)) == good);
    CHECK(is.content.take(ids(false, {numbered(2)})) == good);
    is.content.take(added(4));
    CHECK(is.sink.take() == told{"put cn=4"});
    is.content.take(presents_end("two"));
    CHECK(is.sink.take() == told{"gone 3"});
    CHECK(is.content.cookie() == "two");
}

TEST_CASE("sync content: after those that are deleted, the others stay", "[ldap]") {
    content_of_three is;
    is.content.begin();
    is.content.take(removed(1));
    is.content.take(ids(true, {numbered(2), numbered(8)}));
    CHECK(is.sink.take().empty());
    is.content.take(deletes_end());
    CHECK_THAT(is.sink.take(), UnorderedEquals(told{"gone 1", "gone 2"}));
    CHECK(is.content.cookie() == "one");
}

TEST_CASE("sync content: a phase of those that are present counts when another one follows it, too",
          "[ldap]") {
    content_of_three is;
    is.content.begin();
    is.content.take(ids(false, {numbered(1), numbered(2)}));
    is.content.take(presents_end({}, false));
    CHECK_FALSE(is.content.refreshed());
    is.content.take(removed(1));
    is.content.take(deletes_end());
    CHECK_THAT(is.sink.take(), UnorderedEquals(told{"gone 1", "gone 3"}));
}

TEST_CASE("sync content: asked for all, what does not come is gone, whatever the phase is called", "[ldap]") {
    content_of_three is;
    is.content.forget_cookie();
    is.content.begin();
    is.content.take(added(2));
    is.content.take(deletes_end("two"));
    CHECK_THAT(is.sink.take(), UnorderedEquals(told{"put cn=2", "gone 1", "gone 3"}));
}

TEST_CASE("sync content: a refresh that breaks deletes nothing and leaves the cookie", "[ldap]") {
    content_of_three is;
    is.content.begin();
    is.content.take(removed(1));
    is.content.take(presents_end("half", false));
    is.content.begin(); // the next one
    CHECK(is.content.cookie() == "one");
    is.content.take(deletes_end("two"));
    CHECK(is.sink.take().empty());
    CHECK(is.content.size() == 3);
}

TEST_CASE("sync content: changes are told at once, with their cookies", "[ldap]") {
    content_of_three is;
    is.content.take(message(sync_state::kind::modify, 2, "two"));
    CHECK(is.content.cookie() == "two");
    is.content.take(removed(3, "three"));
    is.content.take(removed(7));
    is.content.take(ids(true, {numbered(1)}));
    CHECK(is.sink.take() == told{"put cn=2", "gone 3", "gone 1"});
    CHECK(is.content.cookie() == "three");
    is.content.take({.is = sync_info::kind::new_cookie, .cookie = "four"});
    CHECK(is.content.cookie() == "four");
}

TEST_CASE("sync content: a server that takes something unknown for known has to tell all", "[ldap]") {
    content_of_three is;
    is.content.begin();
    CHECK(is.content.take(present(4)) == incomplete);
    CHECK(is.content.take(ids(false, {numbered(1), numbered(5)})) == incomplete);
    is.content.forget_cookie();
    is.content.begin();
    CHECK(is.content.take(present(4)) == good);
}

TEST_CASE("sync content: no content is all gone, and no cookie", "[ldap]") {
    content_of_three is;
    is.content.begin();
    is.content.clear();
    CHECK_THAT(is.sink.take(), UnorderedEquals(told{"gone 1", "gone 2", "gone 3"}));
    CHECK(is.content.cookie().empty());
    CHECK(is.content.size() == 0);
}
