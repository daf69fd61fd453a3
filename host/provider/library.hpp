// From the name of a provider to its table.
#pragma once

#include "model/problem.hpp"

#include <ecp/provider.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::provider {

// A loaded provider library. It stays mapped for the life of the process, whatever becomes of this
// object: code that was once entered may have left threads and destructors behind.
struct library {
    std::string name;           // as the operator wrote it
    std::filesystem::path path; // the file that it came from
    ecp_provider table;         // members that the provider's own struct lacks are zero
};

// `<folder>/<name>.so`, or the absolute path that `name` is.
std::filesystem::path find_library(std::string_view name, const std::filesystem::path& folder);

// Checks the file (provider/trusted_file.hpp), loads it with everything resolved at once and nothing
// shared, and asks it for its table. Fails with one message: which file, what is wrong, what to do.
result<library> load_library(std::string_view name, const std::filesystem::path& folder,
                             std::string_view sha256);

} // namespace edgeconf::provider
