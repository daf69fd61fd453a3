// EdgeConfig and PlaybookExecution from manifests, with the bounds of Flotta's CRDs (R34).
#pragma once

#include "fleet/objects.hpp"

#include <optional>

namespace edgeconf::fleet {

class field;

edge_config read_config(const object_name& name, const field& spec);

// Nothing when it has no playbook, or none that can be read.
std::optional<playbook_execution> read_execution(const object_name& name, const field& spec);

} // namespace edgeconf::fleet
