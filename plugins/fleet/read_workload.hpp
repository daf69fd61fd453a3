// EdgeWorkload from a manifest, with the CRD's defaults (R31) and everything refused that Flotta's
// webhook refuses or that would crash a device (R32).
#pragma once

#include "fleet/objects.hpp"

namespace edgeconf::fleet {

class findings;
struct manifest;

// A name of more than 63 characters cannot be the label workload/<name>, which is why Flotta never brings
// such a workload to a device (R33); labels are computed here, so it runs, with a warning.
edge_workload read_workload(const manifest& from, findings& found);

} // namespace edgeconf::fleet
