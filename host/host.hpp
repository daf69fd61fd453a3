// The host as a whole: builds every object in order, owns all of them, stops in reverse.
#pragma once

#include <filesystem>

namespace edgeconf {

// Serves what `config` says until SIGTERM or SIGINT, then finishes the requests under way. Returns the
// process's exit code: 0 after such a stop; 1 if it cannot start, with the reasons on standard error.
int serve(const std::filesystem::path& config);

// Judges `config` as serve would, up to the provider's own judgement of its options, and serves
// nothing. 0 if serve would get that far; else 1, with every reason found on standard error.
int check(const std::filesystem::path& config);

} // namespace edgeconf
