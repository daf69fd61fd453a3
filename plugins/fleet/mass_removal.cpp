#include "fleet/mass_removal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <utility>

namespace edgeconf::fleet {

namespace {

std::size_t count(const object_set& in, object_kind kind) {
    switch (kind) {
    case object_kind::edge_device: return in.devices.size();
    case object_kind::signed_request: return in.requests.size();
    case object_kind::edge_device_set: return in.sets.size();
    case object_kind::edge_workload: return in.workloads.size();
    case object_kind::edge_config: return in.configs.size();
    case object_kind::playbook_execution: return in.executions.size();
    case object_kind::config_map: return in.config_maps.size();
    case object_kind::secret: return in.secrets.size();
    }
    return 0;
}

} // namespace

std::vector<mass_removal> mass_removals(const object_set& before, const std::vector<object_key>& removed,
                                        bool folder_emptied) {
    std::map<object_kind, std::size_t> gone;
    for (const auto& key : removed) ++gone[key.kind];
    const std::size_t least = folder_emptied ? 1 : 2;
    bool too_many = false;
    std::vector<mass_removal> all_kinds;
    for (const auto& [kind, number] : gone) {
        const auto all = count(before, kind);
        if (number >= least && number * 2 > all) too_many = true;
        all_kinds.push_back({kind, number, all});
    }
    return too_many ? all_kinds : std::vector<mass_removal>{};
}

std::string to_string(const std::vector<mass_removal>& removals) {
    std::vector<std::string> words;
    for (const auto& each : removals) {
        words.push_back(fmt::format("{} of {} {}", each.gone, each.before, to_string(each.kind)));
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

} // namespace edgeconf::fleet
