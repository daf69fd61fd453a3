#include "ldap/known_entries.hpp"

#include "recording_sink.hpp"
#include "support/catch.hpp"

#include <algorithm>

using namespace edgeconf::ldap;
using edgeconf::test::numbered;

namespace {

struct dropped {
    std::vector<int> ids{};
    known_entries::told note{[this](const entry_id& id) { ids.push_back(id.back()); }};
    std::vector<int> sorted() {
        std::sort(ids.begin(), ids.end());
        return ids;
    }
};

known_entries with(int count) {
    known_entries known;
    known.begin();
    for (int i = 1; i <= count; ++i) known.put(numbered(static_cast<std::uint8_t>(i)));
    return known;
}

} // namespace

TEST_CASE("known entries: what is not mentioned again is dropped, and told", "[ldap]") {
    auto known = with(4);
    known.begin();
    CHECK(known.mention(numbered(2)));
    known.put(numbered(3));
    known.put(numbered(9));
    dropped gone;
    known.drop_unmentioned(gone.note);
    CHECK(gone.sorted() == std::vector{1, 4});
    CHECK(known.size() == 3);
}

TEST_CASE("known entries: what was never told is not mentioned, doomed or dropped", "[ldap]") {
    auto known = with(1);
    CHECK_FALSE(known.mention(numbered(7)));
    CHECK_FALSE(known.drop(numbered(7)));
    known.doom(numbered(7));
    dropped gone;
    known.drop_doomed(gone.note);
    CHECK(gone.ids.empty());
    CHECK(known.size() == 1);
}

TEST_CASE("known entries: only what is doomed is dropped, unless it came again", "[ldap]") {
    auto known = with(4);
    known.begin();
    known.doom(numbered(1));
    known.doom(numbered(2));
    known.put(numbered(2));
    dropped gone;
    known.drop_doomed(gone.note);
    CHECK(gone.sorted() == std::vector{1});
    CHECK(known.size() == 3);
}

TEST_CASE("known entries: a refresh that is given up leaves no trace", "[ldap]") {
    auto known = with(3);
    known.begin();
    known.doom(numbered(1));
    known.mention(numbered(2));
    known.begin();
    dropped gone;
    known.drop_doomed(gone.note);
    CHECK(gone.ids.empty());
    known.mention(numbered(1));
    known.drop_unmentioned(gone.note);
    CHECK(gone.sorted() == std::vector{2, 3});
}

TEST_CASE("known entries: remembers the stamp that an entry was put with", "[ldap]") {
    known_entries known;
    known.put(numbered(1), 17);
    known.begin();
    known.mention(numbered(1));
    CHECK(known.stamp(numbered(1)) == modify_stamp{17});
    CHECK_FALSE(known.stamp(numbered(2)));
}
