#include "observe/repeated_problems.hpp"

#include "support/catch.hpp"

#include <string>

using namespace edgeconf::observe;
using namespace std::chrono_literals;

namespace {

const repeated_problems::time_point begin{1h};

} // namespace

TEST_CASE("repeated problems: the first of a kind is told, the next ones in the quiet time are counted",
          "[observe][unit]") {
    repeated_problems problems{10s};
    CHECK(problems.meet("a", level::warn, begin) == 0);
    CHECK_FALSE(problems.meet("a", level::warn, begin + 1s).has_value());
    CHECK_FALSE(problems.meet("a", level::warn, begin + 9999ms).has_value());
    CHECK(problems.meet("b", level::warn, begin + 1s) == 0);
    CHECK(problems.meet("a", level::warn, begin + 10s) == 2);
    CHECK_FALSE(problems.meet("a", level::warn, begin + 11s).has_value());
}

TEST_CASE("repeated problems: what a storm left out is told once it is over", "[observe][unit]") {
    repeated_problems problems{10s};
    CHECK(problems.meet("a", level::error, begin) == 0);
    for (int i = 0; i < 5; ++i) CHECK_FALSE(problems.meet("a", level::error, begin + 1s).has_value());
    CHECK(problems.settle(begin + 9s).empty());
    const auto due = problems.settle(begin + 10s);
    REQUIRE(due.size() == 1);
    CHECK(due[0].kind == "a");
    CHECK(due[0].severity == level::error);
    CHECK(due[0].left_out == 5);
    CHECK(problems.settle(begin + 30s).empty());
    // It stopped and was forgotten: the next one is news.
    CHECK(problems.meet("a", level::error, begin + 31s) == 0);
}

TEST_CASE("repeated problems: too many kinds share one entry, so that memory stays bounded",
          "[observe][unit]") {
    repeated_problems problems{10s};
    for (std::size_t i = 0; i < repeated_problems::most_kinds; ++i)
        CHECK(problems.meet("kind-" + std::to_string(i), level::warn, begin) == 0);
    CHECK(problems.meet("one more", level::warn, begin) == 0);
    CHECK_FALSE(problems.meet("and another", level::warn, begin).has_value());
}
