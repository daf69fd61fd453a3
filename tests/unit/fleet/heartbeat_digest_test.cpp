#include "fleet/heartbeat_digest.hpp"

#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

const std::chrono::system_clock::time_point start{1'700'000'000s};

} // namespace

TEST_CASE("heartbeat digest: it is the first half of a SHA-256", "[fleet][unit]") {
    CHECK(digest_of("abc") == heartbeat_digest{0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41,
                                               0x40, 0xde, 0x5d, 0xae, 0x22, 0x23});
    CHECK(digest_of("") != heartbeat_digest{});
    CHECK(digest_of(R"({"status":"up"})") != digest_of(R"({"status":"up"} )"));
}

TEST_CASE("heartbeat digest: R37 the same body is a retry within its window", "[fleet][unit]") {
    struct row {
        std::chrono::seconds period;
        std::chrono::milliseconds later;
        novelty expected;
    };
    const std::vector<row> table{
        {60s, 0ms, novelty::retried},
        {60s, 50ms, novelty::retried},
        {60s, 300ms, novelty::retried},     // the fourth attempt, all refused at once
        {60s, 15'300ms, novelty::retried},  // the fourth attempt, all timed out
        {60s, 15'999ms, novelty::retried},  //
        {60s, 16'000ms, novelty::repeated}, //
        {60s, 60s, novelty::repeated},      // a period later
        {60s, -1ms, novelty::repeated},     // the clock was set back: rather counted twice than never
        {0s, 15s, novelty::retried},        // the worker's own period
        {-1s, 15s, novelty::retried},       //
        {-1s, 60s, novelty::repeated},      //
        {20s, 14'999ms, novelty::retried},  // three quarters
        {20s, 15s, novelty::repeated},      //
        {1s, 300ms, novelty::retried},      //
        {1s, 749ms, novelty::retried},      //
        {1s, 750ms, novelty::repeated},     //
        {1s, 1s, novelty::repeated},        // the next heartbeat of the fastest device
        {std::chrono::seconds::max(), 15s, novelty::retried},
        {std::chrono::seconds::min(), 16s, novelty::repeated},
    };
    for (const auto& [period, later, expected] : table) {
        CAPTURE(period.count(), later.count());
        last_heartbeat last;
        last.remember(digest_of("a"), start);
        CHECK(last.compare(digest_of("a"), start + later, period) == expected);
        CHECK(last.compare(digest_of("b"), start + later, period) == novelty::changed);
    }
}

TEST_CASE("heartbeat digest: R37 only what was applied makes a retry", "[fleet][unit]") {
    last_heartbeat last;
    const auto body = digest_of("a");
    CHECK(last.compare(body, start, 60s) == novelty::changed);
    CHECK(last.compare(body, start + 50ms, 60s) == novelty::changed);
    last.remember(body, start + 50ms);
    CHECK(last.compare(body, start + 100ms, 60s) == novelty::retried);
    last.remember(digest_of("b"), start + 200ms);
    CHECK(last.compare(body, start + 300ms, 60s) == novelty::changed);
}

TEST_CASE("heartbeat digest: R37 the window counts from the first copy", "[fleet][unit]") {
    last_heartbeat last;
    const auto body = digest_of("a");
    last.remember(body, start);
    int happened = 1;
    for (auto later = 250ms; later < 10s; later += 250ms) { // four copies a period
        if (last.compare(body, start + later, 1s) == novelty::retried) continue;
        ++happened;
        last.remember(body, start + later);
    }
    CHECK(happened == 14); // 750 ms apart: never lost for good
}
