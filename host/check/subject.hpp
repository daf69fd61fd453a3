// The provider that is checked, and what its vendor says of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::check {

inline constexpr std::chrono::duration<double> default_patience{5};

struct subject {
    std::filesystem::path library;    // absolute
    std::filesystem::path folder;     // of the options' file: where relative paths in options begin
    std::string options{"{}"};        // one JSON object; `@scratch@` stands for an empty folder of the check
    std::vector<std::string> devices; // that the options make known; they are written to, too
    std::string break_command;        // takes the back end away; empty: nobody can. `@scratch@` as in options
    std::string mend_command;         // brings it back; comes where it is there, too
    std::uint64_t seed = 0;
    // With an operation that has to end now. Everything that waits scales with it.
    std::chrono::duration<double> patience = default_patience;
};

} // namespace edgeconf::check
