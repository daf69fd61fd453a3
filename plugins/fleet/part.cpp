#include "fleet/part.hpp"

#include "fleet/render_settings.hpp"
#include "fleet/render_workload.hpp"

#include <boost/json/object.hpp>

#include <algorithm>

namespace edgeconf::fleet {

part render_settings_part(const device_settings& settings, const std::string& ns,
                          const configuration_objects& objects) {
    part made;
    const references refer{objects, ns, made.used, made.problems};
    made.made = make_fragment(render_settings(settings, refer));
    return made;
}

part render_workload_part(const edge_workload& workload, const configuration_objects& objects) {
    part made;
    const references refer{objects, workload.name.ns, made.used, made.problems};
    made.made = make_fragment(render_workload(workload, refer));
    for (const auto* used : secrets_of(workload, refer)) {
        made.secrets.emplace_back(used->name.name, make_fragment(render_secret(*used)));
    }
    return made;
}

bool same_content(const part& a, const part& b) {
    const auto same_secret = [](const auto& one, const auto& other) {
        return one.first == other.first && one.second->hash == other.second->hash;
    };
    return a.made->hash == b.made->hash && a.problems == b.problems &&
           std::equal(a.secrets.begin(), a.secrets.end(), b.secrets.begin(), b.secrets.end(), same_secret);
}

} // namespace edgeconf::fleet
