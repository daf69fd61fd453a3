#include "bench/benchmarks.hpp"
#include "bench/sample_fleet.hpp"

#include "fleet/object_changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace edgeconf::bench {

namespace {

using fleet::object_name;

object_name named(std::string_view name) { return {std::string{fleet_namespace}, std::string{name}}; }

// The object of that name, with `edit` done to it.
template <class Object, class Edit>
fleet::object_changes edited(const fleet::object_map<Object>& objects, std::string_view name, Edit edit) {
    auto copy = std::make_shared<Object>(*objects.at(named(name)));
    edit(*copy);
    return {{std::shared_ptr<const Object>{std::move(copy)}}, {}};
}

std::vector<fleet::version_text> versions(const fleet_under_load& fleet) {
    std::vector<fleet::version_text> all;
    for (const auto& id : fleet.ids) all.push_back(fleet.table().find(id)->version);
    return all;
}

void measure(fleet_under_load& fleet, std::string_view what, const fleet::object_changes& changes,
             std::size_t concerned, report& out) {
    const auto before = versions(fleet);
    const stopwatch applying;
    fleet.model.apply(changes);
    const auto applied = applying.elapsed();
    out.section(what);
    out.time("apply", applied);
    work_until_idle(fleet.model, "render and publish", out);
    const auto after = versions(fleet);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < before.size(); ++i) changed += before[i] != after[i] ? 1 : 0;

    out.count("configurations changed", static_cast<double>(changed), "devices");
    out.expect(changed == concerned, fmt::format("{}: {} devices changed, not {}", what, changed, concerned));
}

} // namespace

void edit_objects(fleet_under_load& fleet, report& out) {
    const auto& objects = fleet.objects;
    const auto devices = fleet.ids.size();
    const auto members = (devices + set_count - 1) / set_count; // of the first set
    std::size_t canaries = 0;
    for (std::size_t i = 0; i < devices; ++i) canaries += is_canary(i) ? 1 : 0;

    measure(fleet, "Edit of a ConfigMap of one set",
            edited(objects.config_maps, set_name(0) + "-app",
                   [](fleet::config_map& map) { map.data["LOG_LEVEL"] = "debug"; }),
            members, out);
    measure(fleet, "Edit of a Secret that every device needs",
            edited(objects.secrets, secret_of_all, [](fleet::secret& it) { it.data["token"] = "another"; }),
            devices, out);
    measure(fleet, "Edit of a label of one device",
            edited(objects.devices, fleet.ids.front(),
                   [](fleet::edge_device& device) { device.labels.set("line", line_name(1)); }),
            1, out);
    measure(fleet, "Edit of a selector, narrowed to every tenth device",
            edited(objects.workloads, workload_of_both_rings,
                   [](fleet::edge_workload& workload) {
                       workload.selector->requirements.front().values = {"canary"};
                   }),
            devices - canaries, out);
    measure(fleet, "Edit of a device set",
            edited(objects.sets, set_name(0),
                   [](fleet::edge_device_set& set) { set.settings.heartbeat->period_seconds = 30; }),
            members, out);
}

} // namespace edgeconf::bench
