#include "fleet/object_changes.hpp"

namespace edgeconf::fleet {

namespace {

// Both maps are sorted by name, so one walk along both finds every difference.
template <class Object>
void compare(const object_map<Object>& before, const object_map<Object>& after, object_changes& into) {
    auto old = before.begin();
    const auto gone = [&] { into.removed.push_back({Object::kind, (old++)->first}); };
    for (const auto& [name, object] : after) {
        while (old != before.end() && old->first < name) gone();
        const bool existed = old != before.end() && old->first == name;
        if (!existed || (old->second != object && *old->second != *object)) into.put.emplace_back(object);
        if (existed) ++old;
    }
    while (old != before.end()) gone();
}

} // namespace

object_changes changes_between(const object_set& before, const object_set& after) {
    object_changes changes;
    compare(before.config_maps, after.config_maps, changes);
    compare(before.secrets, after.secrets, changes);
    compare(before.sets, after.sets, changes);
    compare(before.workloads, after.workloads, changes);
    compare(before.configs, after.configs, changes);
    compare(before.executions, after.executions, changes);
    compare(before.devices, after.devices, changes);
    compare(before.requests, after.requests, changes);
    return changes;
}

} // namespace edgeconf::fleet
