// What Flotta accepts in a pod (R32) and what a device needs of it, checked on the manifest.
#pragma once

#include "fleet/objects.hpp"

namespace edgeconf::fleet {

class field;

// Reports what Flotta's webhook refuses, what no device can run and, as warnings, what devices run
// although Flotta refuses it. Types and missing members are check_pod_members' business.
void check_pod(const field& pod_spec);

// The ConfigMaps and the Secrets that the pod refers to (R29): environments of all containers; volumes
// count for ConfigMaps alone.
void collect_pod_references(const field& pod_spec, pod_references& config_maps, pod_references& secrets);

} // namespace edgeconf::fleet
