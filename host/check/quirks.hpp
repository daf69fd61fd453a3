// What a vendor declares of a provider that cannot pass a check.
#pragma once

#include "model/problem.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace edgeconf::check {

struct quirk {
    std::string reason; // which the report shows
    bool crash = false; // a crash, an exit or a hang is waived, too
    bool operator==(const quirk&) const = default;
};

// From a check's id.
using quirks = std::map<std::string, quirk, std::less<>>;

// Reads
//     quirks:
//       - check: load.process
//         reason: the Go runtime starts threads and handles signals
//         crash: false    # which it is without it
// Fails with file, line and what to write instead. Whether the checks exist is the catalogue's to say.
result<quirks> read_quirks(const std::filesystem::path& file);

} // namespace edgeconf::check
