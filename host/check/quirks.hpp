// What a vendor declares of a provider that cannot pass a check.
#pragma once

#include "model/problem.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace edgeconf::check {

// From a check's id to the reason, which the report shows.
using quirks = std::map<std::string, std::string, std::less<>>;

// Reads
//     quirks:
//       - check: load.process
//         reason: the Go runtime starts threads and handles signals
// Fails with file, line and what to write instead. Whether the checks exist is the catalogue's to say.
result<quirks> read_quirks(const std::filesystem::path& file);

} // namespace edgeconf::check
