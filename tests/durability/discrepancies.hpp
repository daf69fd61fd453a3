// What was found to be other than it has to be.
#pragma once

#include <string>
#include <vector>

namespace edgeconf::test {

using discrepancies = std::vector<std::string>; // empty if nothing was

// A line each.
inline std::string text(const discrepancies& found) {
    std::string made;
    for (const auto& each : found) made += each + "\n";
    return made;
}

} // namespace edgeconf::test
