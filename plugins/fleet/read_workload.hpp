// EdgeWorkload from a manifest, with the CRD's defaults (R31) and everything refused that Flotta's
// webhook refuses or that would crash a device (R32).
#pragma once

#include "fleet/objects.hpp"

namespace edgeconf::fleet {

class findings;
struct manifest;

edge_workload read_workload(const manifest& from, findings& found);

} // namespace edgeconf::fleet
