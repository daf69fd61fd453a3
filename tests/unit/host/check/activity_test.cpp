#include "check/activity.hpp"
#include "support/catch.hpp"

#include <optional>
#include <string>
#include <vector>

using namespace edgeconf::check;

TEST_CASE("activity: what is open is told with its words, the oldest first, wherever it stands") {
    auto& board = shared_activity_board();
    board.clear();
    std::optional<activity> first{std::in_place, "create"};
    const activity second{"start of the instance", "waiting for "};
    CHECK(board.open() == std::vector<std::string>{"in create", "waiting for start of the instance"});
    first.reset();
    const activity third{"cancel"}; // in the place of the first
    CHECK(board.open() == std::vector<std::string>{"waiting for start of the instance", "in cancel"});
    board.clear();
    CHECK(board.open().empty());
}

TEST_CASE("activity: a text that is too long loses its end") {
    auto& board = shared_activity_board();
    board.clear();
    const activity here{std::string(1000, 'x')};
    REQUIRE(board.open().size() == 1);
    CHECK(board.open().front() == "in " + std::string(116, 'x'));
}
