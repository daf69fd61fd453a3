// What sets and workloads refer to and is missing.
#pragma once

#include "fleet/finding.hpp"
#include "fleet/objects.hpp"

#include <vector>

namespace edgeconf::fleet {

// As warnings.
std::vector<finding> missing_references(const object_set& objects);

} // namespace edgeconf::fleet
