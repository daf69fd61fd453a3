// The spec that EdgeDevice and EdgeDeviceSet share, from a manifest: types and bounds of Flotta's CRDs
// with their defaults (R31), and what would crash a device refused (R26).
#pragma once

#include "fleet/objects.hpp"

namespace edgeconf::fleet {

class field;

device_settings read_device_settings(const field& spec);

// The same, but for what a set has not: the time of a device's request.
device_settings read_set_settings(const field& spec);

} // namespace edgeconf::fleet
