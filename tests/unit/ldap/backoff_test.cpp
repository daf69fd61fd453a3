#include "ldap/backoff.hpp"

#include "support/catch.hpp"

using namespace edgeconf::ldap;
using namespace std::chrono_literals;

TEST_CASE("backoff: pauses double up to 15 s, and up to a half of each is left out", "[ldap]") {
    backoff pauses{GENERATE(1U, 2U, 3U)};
    for (auto whole = 250ms; whole < 15s; whole *= 2) {
        const auto pause = pauses.next();
        CHECK(pause >= whole / 2);
        CHECK(pause <= whole);
    }
    for (int i = 0; i < 3; ++i) {
        const auto pause = pauses.next();
        CHECK(pause >= 7500ms);
        CHECK(pause <= 15s);
    }
    pauses.reset();
    CHECK(pauses.next() <= 250ms);
}
