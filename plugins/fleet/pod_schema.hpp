// The members of a PodSpec, as Flotta's CRD and Kubernetes' types know them: what may stand in one, and
// the form in which Flotta's own back end writes it.
#pragma once

#include <boost/json/fwd.hpp>

namespace edgeconf::fleet {

class field;

// Reports members of the wrong type and missing ones as errors, as an API server refuses them; unknown
// ones as warnings, as it drops them. What a pod may mean on a device is in pod_rules.hpp.
void check_pod_members(const field& pod_spec);

// The PodSpec as Flotta's back end would marshal it: without unknown members and without empty values
// that Go leaves out, but with `protocol: TCP` for every port (R31) and `resources: {}` for every
// container. A manifest from a folder and the same one exported from a cluster, which has been through
// that, so give a device the same specification; and a device that moves over sees the text that it knows
// and applies nothing anew (R38). Left alone is whatever check_pod_members calls an error.
boost::json::object normalised_pod(const boost::json::object& pod_spec);

} // namespace edgeconf::fleet
