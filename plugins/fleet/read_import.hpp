// A fleet from wherever it was: the one way in for files.
#pragma once

#include "fleet/imported_fleet.hpp"

#include <filesystem>

namespace edgeconf::fleet {

class findings;

// A bundle, or what a cluster has printed: the beginning of the file says which. All that is wrong is in
// `found`; then there is no fleet.
imported_fleet read_import(const std::filesystem::path& file, findings& found);

} // namespace edgeconf::fleet
