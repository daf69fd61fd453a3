// All checks, group by group, in the order in which they are run.
#pragma once

#include "check/check.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace edgeconf::check {

struct group {
    std::string_view name; // the part of its checks' ids before the dot
    std::string_view about;
    std::span<const check> checks;
};

const std::vector<group>& catalogue();

// Null if there is none.
const check* find_check(std::string_view id);

// The id of the check that the runner judges by itself: what all the others have printed.
inline constexpr std::string_view silent_streams = "logging.streams";

} // namespace edgeconf::check
