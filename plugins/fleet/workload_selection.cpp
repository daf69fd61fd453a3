#include "fleet/workload_selection.hpp"

#include <algorithm>
#include <set>

namespace edgeconf::fleet {

namespace {

const selector_requirement* demanded_label(const label_selector& selector) {
    const auto demands = [](const selector_requirement& each) {
        return each.is == selector_operator::in || each.is == selector_operator::exists;
    };
    const auto& all = selector.requirements;
    const auto found = std::find_if(all.begin(), all.end(), demands);
    return found == all.end() ? nullptr : &*found;
}

void add_matching(const workload_selection::workload_list& candidates, const label_map& labels,
                  workload_selection::workload_list& into) {
    for (const auto* each : candidates) {
        if (each->selector->matches(labels)) into.push_back(each);
    }
}

} // namespace

// Applies `act` to each list that has, or is to have, the workload.
template <class Action>
void workload_selection::at_places(one_namespace& all, const edge_workload& workload, Action act) {
    if (!workload.device.empty()) return act(all.by_device[workload.device]);
    if (!workload.selector) return;
    const auto* label = demanded_label(*workload.selector);
    if (label == nullptr) return act(all.others);
    if (label->is == selector_operator::exists) return act(all.by_key[label->key]);
    auto& values = all.by_value[label->key];
    for (const auto& value : std::set<std::string>{label->values.begin(), label->values.end()}) {
        act(values[value]);
    }
}

void workload_selection::put(const edge_workload& workload) {
    at_places(namespaces_[workload.name.ns], workload,
              [&](workload_list& list) { list.push_back(&workload); });
}

void workload_selection::remove(const edge_workload& workload) {
    at_places(namespaces_[workload.name.ns], workload,
              [&](workload_list& list) { std::erase(list, &workload); });
}

workload_selection::workload_list workload_selection::select(std::string_view device, std::string_view ns,
                                                             const label_map& labels) const {
    workload_list chosen;
    const auto here = namespaces_.find(ns);
    if (here == namespaces_.end()) return chosen;
    const auto& all = here->second;
    if (const auto named = all.by_device.find(std::string{device}); named != all.by_device.end()) {
        chosen = named->second;
    }
    for (const auto& [key, value] : labels) {
        if (const auto values = all.by_value.find(key.get()); values != all.by_value.end()) {
            const auto matching = values->second.find(value.get());
            if (matching != values->second.end()) add_matching(matching->second, labels, chosen);
        }
        if (const auto having = all.by_key.find(key.get()); having != all.by_key.end()) {
            add_matching(having->second, labels, chosen);
        }
    }
    add_matching(all.others, labels, chosen);
    std::sort(chosen.begin(), chosen.end(),
              [](const auto* a, const auto* b) { return a->name.name < b->name.name; });
    return chosen;
}

} // namespace edgeconf::fleet
