// Moving from Flotta's own back end: what `kubectl get edgedevices,edgedevicesignedrequest,... -A -o yaml`
// (or json) prints, one after another or with --- between them.
#pragma once

#include "fleet/imported_fleet.hpp"

#include <filesystem>

namespace edgeconf::fleet {

class findings;

// The fleet of that file, devices with what they have reported, so that those that are registered stay so.
// Objects are checked as manifests are: all that is wrong is in `found`, with the line where the object
// begins and the field; then there is no fleet.
//
// Of ConfigMaps and Secrets those count that are in a namespace with a device, a workload or a set, and are
// not the cluster's or Flotta's own. Other kinds are left out. Notes say so.
imported_fleet read_cluster_export(const std::filesystem::path& file, findings& found);

} // namespace edgeconf::fleet
