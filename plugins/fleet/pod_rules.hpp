// What Flotta accepts in a pod (R32) and what a device needs of it, checked on the manifest; and the
// defaults that the API server would have filled in (R31).
#pragma once

#include "fleet/objects.hpp"

#include <boost/json/fwd.hpp>

namespace edgeconf::fleet {

class field;

// Reports what Flotta's webhook refuses and what would crash a device.
void check_pod(const field& pod_spec);

// Fills in `protocol: TCP` where a container's port has none. Without it a device that moves over from
// Flotta's own back end sees another pod and restarts it.
void fill_pod_defaults(boost::json::object& pod_spec);

// The ConfigMaps and the Secrets that the pod refers to (R29): environments of all containers; volumes
// count for ConfigMaps alone.
void collect_pod_references(const field& pod_spec, pod_references& config_maps, pod_references& secrets);

} // namespace edgeconf::fleet
