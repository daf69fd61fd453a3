// The machine's own loader, asked what it would say, without running anything of the library.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::check {

// What is missing if `library` and what it needs are all that there is: libraries, versions of them, and
// symbols, in the loader's words, one a line. Writes a file into `scratch`. Throws std::runtime_error where
// the loader cannot be run.
std::vector<std::string> missing_at_load(const std::filesystem::path& library,
                                         const std::filesystem::path& scratch);

} // namespace edgeconf::check
