#include "ldap/poll_window.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;
using namespace std::chrono_literals;

namespace {
const poll_window::clock::time_point noon{12h};
} // namespace

TEST_CASE("poll window: asks from two seconds before the newest stamp on", "[ldap]") {
    poll_window window;
    CHECK_FALSE(window.since());
    window.saw(1000, noon);
    window.saw(990, noon);
    CHECK(window.since() == modify_stamp{998});
    window.saw(unknown_stamp, noon);
    CHECK(window.since() == modify_stamp{998});
}

TEST_CASE("poll window: a second is over once a poll that began two seconds later is complete", "[ldap]") {
    poll_window window;
    window.saw(1000, noon);
    window.begin(noon + 1s);
    window.complete();
    CHECK_FALSE(window.over(1000));
    window.begin(noon + 2s);
    CHECK_FALSE(window.over(1000));
    window.complete();
    CHECK(window.over(1000));
    CHECK(window.over(999));
    CHECK_FALSE(window.over(1001));
    CHECK_FALSE(window.over(unknown_stamp));
}

TEST_CASE("poll window: a second is not over for a poll that was not completed, or saw something newer",
          "[ldap]") {
    poll_window window;
    window.saw(1000, noon);
    window.begin(noon + 5s);
    window.saw(1005, noon + 5s);
    CHECK_FALSE(window.over(1000));
    window.complete();
    CHECK(window.over(1000));
    CHECK_FALSE(window.over(1005));
}
