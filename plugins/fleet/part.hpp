// What devices have in common, rendered once: settings, or a workload with the Secrets that go along.
// Pure functions over the shared objects.
#pragma once

#include "fleet/fragment.hpp"
#include "fleet/objects.hpp"
#include "fleet/reference.hpp"

#include <string>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

struct part {
    shared_fragment made;
    std::vector<std::pair<std::string, shared_fragment>> secrets; // by name
    reference_set used;
    problem_list problems; // with any, the rest must not be served (R30)
};

part render_settings_part(const device_settings& settings, const std::string& ns,
                          const configuration_objects& objects);
part render_workload_part(const edge_workload& workload, const configuration_objects& objects);

// Whether both render alike: what they referred to may differ.
bool same_content(const part& a, const part& b);

} // namespace edgeconf::fleet
