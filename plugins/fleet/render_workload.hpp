// A workload, and a Secret that a workload uses, as members of a device-configuration-message (R28, R29).
// Neither depends on the device.
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/fwd.hpp>

namespace edgeconf::fleet {

class references;

// Complete only if `refer` has met no problem.
boost::json::object render_workload(const edge_workload& workload, const references& refer);

// `data` is a JSON text of base64 values, keys sorted.
boost::json::object render_secret(const secret& from);

// The Secrets that go along with the workload, by name; notes required ones that are missing.
std::vector<const secret*> secrets_of(const edge_workload& workload, const references& refer);

} // namespace edgeconf::fleet
