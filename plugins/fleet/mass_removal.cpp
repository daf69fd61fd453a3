#include "fleet/mass_removal.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace edgeconf::fleet {

std::size_t count_of(const object_set& in, object_kind kind) {
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

std::vector<mass_removal> mass_removals(const object_set& before, const std::vector<object_key>& removed,
                                        bool folder_emptied, const removal_counts& lately) {
    removal_counts gone;
    for (const auto& key : removed) ++gone[key.kind];
    const std::size_t least = folder_emptied ? 1 : 2;
    bool too_many = false;
    std::vector<mass_removal> all_kinds;
    for (const auto& [kind, number] : gone) {
        const auto all = count_of(before, kind);
        const auto known = lately.find(kind);
        const auto earlier = known == lately.end() ? 0 : known->second;
        const auto together = number + earlier;
        const bool site = kind == object_kind::edge_device && folder_emptied && together >= 2;
        if (site || (together >= least && together * 2 > all + earlier)) too_many = true;
        all_kinds.push_back({kind, number, all, earlier});
    }
    return too_many ? all_kinds : std::vector<mass_removal>{};
}

std::string to_string(const std::vector<mass_removal>& removals) {
    std::vector<std::string> words;
    for (const auto& each : removals) {
        words.push_back(fmt::format("{} of {} {}", each.gone, each.before, to_string(each.kind)));
        if (each.lately != 0) words.back() += fmt::format(" ({} more before)", each.lately);
    }
    return fmt::format("{}", fmt::join(words, ", "));
}

} // namespace edgeconf::fleet
