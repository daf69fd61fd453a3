#include "fleet/options.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("options: nothing given means no manifests and manual approval", "[fleet][unit]") {
    for (const auto* text : {"", "{}", R"({"manifests":null,"approval":null})", R"({"approval":"manual"})"}) {
        CAPTURE(text);
        const auto read = read_options(text);
        REQUIRE(read.has_value());
        CHECK(read->manifests.empty());
        CHECK(read->fleet.admission.judge({"pump-7", "plant-1", {}}, 0).is == verdict::wait);
    }
    const auto read = read_options(R"({"manifests":"/a/b","approval":"automatic"})");
    REQUIRE(read.has_value());
    CHECK(read->manifests == "/a/b");
    CHECK(read->fleet.admission.judge({"pump-7", "plant-1", {}}, 0).is == verdict::admit);
}

TEST_CASE("options: limits", "[fleet][unit]") {
    const auto read = read_options(R"({"pending-limit": 7, "offline-after": 5, "events-per-device": 9,
                                       "events-total": 9, "pending-expiry": "36h"})");
    REQUIRE(read.has_value());
    CHECK(read->fleet.pending_limit == 7);
    CHECK(read->fleet.offline_after == 5);
    CHECK(read->fleet.events.per_object == 9);
    CHECK(read->fleet.events.total == 9);
    CHECK(read->fleet.pending_expiry == 36h);
}

TEST_CASE("options: R7a a time is a number and a unit", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::chrono::seconds>> table{
        {"1s", 1s}, {"90m", 90min}, {"12h", 12h}, {"7d", 168h}, {"3650d", 24h * 3650}};
    for (const auto& [text, time] : table) {
        CAPTURE(text);
        const auto read = read_options(R"({"pending-expiry": ")" + text + "\"}");
        REQUIRE(read.has_value());
        CHECK(read->fleet.pending_expiry == time);
    }
    for (const auto* text :
         {"", "7", "d", "0s", "-1s", "7 d", "7ms", "7w", "3651d", "99999999999d", "1.5h"}) {
        CAPTURE(text);
        const auto read = read_options(std::string{R"({"pending-expiry": ")"} + text + "\"}");
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().pointer == "/pending-expiry");
    }
}

TEST_CASE("options: what does not fit is named by its pointer", "[fleet][unit]") {
    const std::vector<std::tuple<std::string, std::string, std::string>> table{
        {R"({"manifests":""})", "/manifests", "text"},
        {R"({"manifests":1})", "/manifests", "text"},
        {R"({"approval":"rules"})", "/approval-rules", "rule"},
        {R"({"pending-limit":0})", "/pending-limit", "from 1 to 1000000"},
        {R"({"pending-limit":1.5})", "/pending-limit", "whole number"},
        {R"({"pending-limit":"7"})", "/pending-limit", "whole number"},
        {R"({"pending-expiry":7})", "/pending-expiry", "text"},
        {R"({"offline-after":0})", "/offline-after", "from 1"},
        {R"({"events-per-device":0})", "/events-per-device", "from 1"},
        {R"({"events-total":31})", "/events-total", "events-per-device"},
        {R"({"events-per-device":200,"events-total":100})", "/events-total", "events-per-device"},
        {"[]", "", "object"},
        {"{", "", "object"},
    };
    for (const auto& [text, pointer, what] : table) {
        CAPTURE(text);
        const auto read = read_options(text);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().pointer == pointer);
        CHECK_THAT(read.error().what, Contains(what));
    }
}
