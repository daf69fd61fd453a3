// From a `manifests` setting to a checked fleet: the one way in.
#pragma once

#include "fleet/objects.hpp"

#include <filesystem>

namespace edgeconf::fleet {

class findings;

// Every object below `root`. All that is wrong is in `found`; a set whose findings have failed must not
// be used. Besides single objects it judges what they are together: an object defined twice, a device id
// in two namespaces or in two spellings (R19).
object_set read_objects(const std::filesystem::path& root, findings& found);

} // namespace edgeconf::fleet
