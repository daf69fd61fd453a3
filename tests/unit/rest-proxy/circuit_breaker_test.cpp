#include "rest-proxy/circuit_breaker.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <ostream>
#include <utility>
#include <vector>

using namespace edgeconf::rest_proxy;
using namespace std::chrono_literals;

namespace edgeconf::rest_proxy {

std::ostream& operator<<(std::ostream& out, circuit_breaker::state s) {
    switch (s) {
    case circuit_breaker::state::closed: return out << "closed";
    case circuit_breaker::state::open: return out << "open";
    case circuit_breaker::state::half_open: break;
    }
    return out << "half open";
}

} // namespace edgeconf::rest_proxy

namespace {

const clock::time_point start{1000s};

// A late one is of a call from before it opened; the others of the call that was admitted last.
enum class event { good, bad, admitted, refused, withdrawn, late_good, late_bad, late_withdrawn };

// At a time after the start, so many times, and what the breaker is after each.
struct step {
    std::chrono::milliseconds at;
    event what;
    std::size_t times;
    circuit_breaker::state then;
};

constexpr auto closed = circuit_breaker::state::closed;
constexpr auto open = circuit_breaker::state::open;
constexpr auto half_open = circuit_breaker::state::half_open;

struct story {
    const char* name;
    std::vector<step> steps;
    breaker_settings settings{}; // half of at least 10 within 10 s; 5 s of peace
};

using call = circuit_breaker::call;

void happen(circuit_breaker& to, event what, clock::time_point now, call& last) {
    switch (what) {
    case event::good: return to.succeeded(std::exchange(last, call::usual), now);
    case event::bad: return to.failed(std::exchange(last, call::usual), now);
    case event::withdrawn: return to.withdrawn(std::exchange(last, call::usual));
    case event::admitted:
        CHECK(to.would_admit(now));
        last = to.admit(now);
        CHECK(last != call::refused);
        return;
    case event::refused:
        CHECK_FALSE(to.would_admit(now));
        CHECK(to.admit(now) == call::refused);
        return;
    case event::late_good: return to.succeeded(call::usual, now);
    case event::late_bad: return to.failed(call::usual, now);
    case event::late_withdrawn: return to.withdrawn(call::usual);
    }
}

void tell(const story& s) {
    INFO(s.name);
    circuit_breaker tested{s.settings};
    auto last = call::usual;
    for (const auto& each : s.steps) {
        CAPTURE(each.at.count(), static_cast<int>(each.what));
        for (std::size_t i = 0; i < each.times; ++i) {
            happen(tested, each.what, start + each.at, last);
            CHECK(tested.now(start + each.at) == each.then);
        }
    }
}

} // namespace

TEST_CASE("circuit breaker: it opens when enough calls failed, and enough of them", "[rest-proxy][breaker]") {
    const std::vector<story> stories{
        {"one that answers is asked", {{0ms, event::admitted, 3, closed}, {0ms, event::good, 100, closed}}},
        {"fewer calls than count say nothing",
         {{0ms, event::bad, 9, closed}, {0ms, event::admitted, 1, closed}}},
        {"the one that makes them enough opens it",
         {{0ms, event::bad, 9, closed}, {0ms, event::bad, 1, open}}},
        {"a share below the limit does not",
         {{0ms, event::good, 11, closed}, {0ms, event::bad, 10, closed}, {0ms, event::good, 1, closed}}},
        {"the limit itself does",
         {{0ms, event::good, 10, closed}, {0ms, event::bad, 9, closed}, {0ms, event::bad, 1, open}}},
        {"only a failure opens it",
         {{0ms, event::bad, 9, closed}, {0ms, event::good, 1, closed}, {0ms, event::bad, 1, open}}},
        {"with a limit of 100 one good call among many is enough",
         {{0ms, event::good, 1, closed}, {0ms, event::bad, 1000, closed}},
         {.failures_percent = 100}},
        {"with a count of one the first failure opens it", {{0ms, event::bad, 1, open}}, {.calls = 1}},
        {"one percent",
         {{0ms, event::good, 99, closed}, {0ms, event::bad, 1, open}},
         {.failures_percent = 1}},
    };
    for (const auto& s : stories) tell(s);
}

TEST_CASE("circuit breaker: the window slides", "[rest-proxy][breaker]") {
    const std::vector<story> stories{
        {"what is older than the window is forgotten",
         {{0ms, event::bad, 9, closed}, {10s, event::bad, 9, closed}}},
        {"what is not counts", {{0ms, event::bad, 9, closed}, {9'999ms, event::bad, 1, open}}},
        {"a tenth at a time",
         {{0ms, event::bad, 5, closed},
          {5s, event::bad, 4, closed},
          {10s, event::bad, 5, closed},
          {14s, event::bad, 1, open}}},
        {"a good past is forgotten, too",
         {{0ms, event::good, 1000, closed}, {10s, event::bad, 9, closed}, {10s, event::bad, 1, open}}},
        {"long after",
         {{0ms, event::bad, 9, closed}, {24h, event::bad, 9, closed}, {24h, event::bad, 1, open}}},
        {"a window of its own",
         {{0ms, event::bad, 9, closed}, {1s, event::bad, 9, closed}, {1'999ms, event::bad, 1, open}},
         {.window = 1s}},
        {"never twice in one slice",
         {{0ms, event::bad, 1, closed},
          {10s, event::bad, 1, closed},
          {20s, event::bad, 1, closed},
          {30s, event::bad, 1, closed}},
         {.calls = 2}},
    };
    for (const auto& s : stories) tell(s);
}

TEST_CASE("circuit breaker: open it admits nothing, half open one call that decides",
          "[rest-proxy][breaker]") {
    const std::vector<story> stories{
        {"nothing passes for as long as it is open",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {0ms, event::refused, 3, open},
          {4'999ms, event::refused, 3, open}}},
        {"one call decides: it is good, and everything counts anew",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {5s, event::admitted, 1, half_open},
          {5s, event::refused, 3, half_open},
          {5'100ms, event::good, 1, closed},
          {5'100ms, event::admitted, 3, closed},
          {5'100ms, event::bad, 8, closed},
          {5'100ms, event::bad, 1, open}}},
        {"one call decides: it fails, and the peace begins anew",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {6s, event::admitted, 1, half_open},
          {7s, event::bad, 1, open},
          {11'999ms, event::refused, 1, open},
          {12s, event::admitted, 1, half_open},
          {12s, event::good, 1, closed}}},
        {"the call was cancelled: the next one decides",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {5s, event::admitted, 1, half_open},
          {5s, event::withdrawn, 1, half_open},
          {5s, event::admitted, 1, half_open},
          {5s, event::refused, 1, half_open},
          {5s, event::good, 1, closed}}},
        {"nobody asks for long: still one call",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {24h, event::admitted, 1, half_open},
          {24h, event::refused, 1, half_open}}},
        {"withdrawn says nothing of one that is closed", {{0ms, event::withdrawn, 20, closed}}},
    };
    for (const auto& s : stories) tell(s);
}

TEST_CASE("circuit breaker: calls that were under way when it opened say nothing", "[rest-proxy][breaker]") {
    const std::vector<story> stories{
        {"their failures do not make it last longer",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {2s, event::bad, 50, open},
          {5s, event::admitted, 1, half_open}}},
        {"nor do they close it again by a success",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {100ms, event::good, 1, open},
          {100ms, event::refused, 1, open},
          {5s, event::good, 1, half_open},
          {5s, event::admitted, 1, half_open}}},
        {"nor while one is on trial: neither decides, nor lets another one in",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {5s, event::admitted, 1, half_open},
          {5s, event::late_bad, 1, half_open},
          {5s, event::late_good, 1, half_open},
          {5s, event::late_withdrawn, 1, half_open},
          {5s, event::refused, 1, half_open},
          {5s, event::good, 1, closed}}},
        {"nor do they count once it has closed",
         {{0ms, event::bad, 9, closed},
          {0ms, event::bad, 1, open},
          {1s, event::bad, 50, open},
          {5s, event::admitted, 1, half_open},
          {5s, event::good, 1, closed},
          {5s, event::bad, 8, closed}}},
    };
    for (const auto& s : stories) tell(s);
}
