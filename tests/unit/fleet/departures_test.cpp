#include "fleet/departures.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

using ids = std::vector<std::string>;

ids some(std::size_t number, std::size_t from = 0) {
    ids made;
    for (std::size_t i = 0; i < number; ++i) made.push_back(std::to_string(from + i));
    return made;
}

constexpr departures::time_point start{1h};

} // namespace

TEST_CASE("departures: R7a what is too much for an edit is held, all of it", "[fleet][unit]") {
    struct row {
        std::size_t gone;
        std::size_t known;
        bool held;
    };
    const auto [gone, known, held] = GENERATE(values<row>({
        {0, 0, false},
        {1, 1, false}, // the only one
        {2, 2, true},
        {2, 3, true},
        {2, 4, false}, // half of them
        {3, 5, true},
        {100, 200, false},
        {101, 1010, false}, // a tenth
        {101, 1009, true},
        {100, 999, false}, // not noticeable
    }));
    CAPTURE(gone, known);
    departures departed;
    const auto goes = departed.take(some(gone), known, start);
    CHECK(goes.size() == (held ? 0 : gone));
    CHECK(departed.held() == (held ? gone : 0));
}

TEST_CASE("departures: what went within ten minutes counts", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take({"1"}, 3, start) == ids{"1"});
    SECTION("to the second") {
        CHECK(departed.take({"2"}, 2, start + 10min).empty()); // two of three
        CHECK(departed.held() == 1);
    }
    SECTION("and no longer") {
        CHECK(departed.take({"2"}, 2, start + 10min + 1s) == ids{"2"});
        CHECK(departed.held() == 0);
    }
}

TEST_CASE("departures: bit by bit is as much as at once", "[fleet][unit]") {
    departures departed;
    std::size_t known = 2000;
    std::size_t went = 0;
    for (int i = 0; i < 500; ++i) {
        const auto goes = departed.take({std::to_string(i)}, known, start + std::chrono::milliseconds{i});
        went += goes.size();
        known -= goes.size();
    }
    CHECK(went == 200);
    CHECK(departed.held() == 300);
}

TEST_CASE("departures: while some are held whatever goes is held", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take(some(2), 2, start).empty());
    CHECK(departed.take({"9"}, 1000, start + 1h).empty());
    CHECK(departed.held() == 3);
    CHECK(departed.take({"9"}, 1000, start + 1h).empty()); // said twice
    CHECK(departed.held() == 3);
}

TEST_CASE("departures: who is back is held no more, and goes as anyone does", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take(some(2), 2, start).empty());
    departed.is_back("0");
    departed.is_back("nobody");
    CHECK(departed.held() == 1);
    CHECK(departed.accept() == ids{"1"});
    REQUIRE(departed.take(some(2), 2, start).empty());
    departed.is_back("0");
    departed.is_back("1");
    CHECK(departed.held() == 0);
    CHECK(departed.take({"0"}, 2, start) == ids{"0"});
}

TEST_CASE("departures: R7a what was told is accepted, and nothing that has gone meanwhile", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take(some(2), 2, start).empty());
    REQUIRE(departed.take({"9"}, 3, start).empty());
    CHECK_FALSE(departed.accept());
    REQUIRE(departed.take({"8"}, 4, start).empty());
    CHECK_FALSE(departed.accept());
    CHECK(departed.held() == 4);
    CHECK(departed.accept() == ids{"0", "1", "8", "9"});
    CHECK(departed.held() == 0);
    CHECK(departed.accept() == ids{}); // nothing is held
}

TEST_CASE("departures: who went and came back was told, and is told anew when it goes again",
          "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take(some(3), 3, start).empty());
    departed.is_back("1");
    REQUIRE(departed.take({"1"}, 3, start).empty());
    CHECK_FALSE(departed.accept());
    CHECK(departed.accept() == some(3));
}

TEST_CASE("departures: what was accepted is no reason to hold what goes next", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take({"1"}, 4, start) == ids{"1"});
    REQUIRE(departed.take({"2", "3"}, 3, start).empty());
    REQUIRE(departed.accept() == ids{"2", "3"});
    CHECK(departed.take({"4"}, 1, start) == ids{"4"});
}

TEST_CASE("departures: to accept nothing forgets nothing", "[fleet][unit]") {
    departures departed;
    REQUIRE(departed.take({"1", "2"}, 4, start).size() == 2);
    REQUIRE(departed.accept() == ids{});
    CHECK(departed.take({"3"}, 2, start).empty());
}
