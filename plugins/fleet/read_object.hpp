// From one manifest to a checked object with Flotta's defaults.
#pragma once

#include "fleet/object_changes.hpp"

#include <optional>

namespace edgeconf::fleet {

class findings;
struct manifest;

// All that is wrong in the manifest is in `found`. Nothing for an object that is left out, which is a finding
// too.
std::optional<shared_object> read_object(const manifest& from, findings& found);

} // namespace edgeconf::fleet
