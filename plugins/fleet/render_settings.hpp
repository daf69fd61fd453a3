// A device's own settings, or its set's, as the `configuration` of a device-configuration-message
// (R23 to R27).
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/fwd.hpp>

namespace edgeconf::fleet {

class references;

// Complete only if `refer` has met no problem. `hardware_profile`, `mounts` and `metrics.receiver` are
// always there: a device crashes without the first.
boost::json::object render_settings(const device_settings& settings, const references& refer);

} // namespace edgeconf::fleet
