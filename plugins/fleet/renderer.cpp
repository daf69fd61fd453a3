#include "fleet/renderer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

using render_graph::hook;
using render_graph::in_body;
using render_graph::in_namespace;
using render_graph::in_queue;

const auto no_settings = std::make_shared<const device_settings>();

bool is_member(const configured_device& device, const std::string& set) {
    const auto* member = device.labels.find(set_label);
    return member != nullptr && *member == set;
}

bool selects(const edge_workload& workload, const configured_device& device) {
    if (!workload.device.empty()) return workload.device == device.id;
    return workload.selector && workload.selector->matches(device.labels);
}

bool same_selection(const edge_workload& a, const edge_workload& b) {
    return a.device == b.device && a.selector == b.selector;
}

} // namespace

renderer::renderer(publish_sink publish, broken_sink tell)
    : publish_{std::move(publish)}, tell_{std::move(tell)} {}

renderer::~renderer() = default;

// ---- what changed ----

void renderer::put(std::shared_ptr<const edge_device_set> set) {
    const auto& name = set->name;
    auto& node = set_parts_[name];
    node.owner = {edge_device_set::kind, name};
    node.settings = {set, &set->settings};
    mark_stale(node);
    auto& slot = objects_.sets[name];
    if (!std::exchange(slot, std::move(set))) {
        for (auto& device : namespaces_[slot->name.ns]) {
            if (is_member(device, slot->name.name)) unsettle(device);
        }
    }
}

void renderer::put(std::shared_ptr<const edge_workload> workload) {
    auto& slot = objects_.workloads[workload->name];
    const auto before = std::exchange(slot, std::move(workload));
    auto& node = workload_parts_[slot->name];
    node.owner = {edge_workload::kind, slot->name};
    node.workload = slot;
    mark_stale(node);
    if (before) selection_.remove(*before);
    selection_.put(*slot);
    if (before && same_selection(*before, *slot)) return;
    unsettle_users(node);
    for (auto& device : namespaces_[slot->name.ns]) {
        if (selects(*slot, device)) unsettle(device);
    }
}

void renderer::put(std::shared_ptr<const config_map> map) {
    const object_key key{config_map::kind, map->name};
    objects_.config_maps[map->name] = std::move(map);
    mark_referrers(key);
}

void renderer::put(std::shared_ptr<const secret> secret) {
    const object_key key{secret::kind, secret->name};
    objects_.secrets[secret->name] = std::move(secret);
    mark_referrers(key);
}

void renderer::remove(const object_key& key) {
    const auto remove_part = [&](auto& nodes) {
        const auto found = nodes.find(key.name);
        if (found == nodes.end()) return;
        unsettle_users(found->second);
        drop_if_unused(found->second);
    };
    switch (key.kind) {
    case object_kind::edge_device_set:
        if (objects_.sets.erase(key.name) != 0) remove_part(set_parts_);
        return;
    case object_kind::edge_workload:
        if (const auto found = objects_.workloads.find(key.name); found != objects_.workloads.end()) {
            selection_.remove(*found->second);
            objects_.workloads.erase(found);
            remove_part(workload_parts_);
        }
        return;
    case object_kind::config_map:
        if (objects_.config_maps.erase(key.name) != 0) mark_referrers(key);
        return;
    case object_kind::secret:
        if (objects_.secrets.erase(key.name) != 0) mark_referrers(key);
        return;
    default: return; // no configuration depends on the other kinds
    }
}

void renderer::add(configured_device& device) {
    namespaces_[device.ns].push_back(device);
    unsettle(device);
}

void renderer::changed(configured_device& device) { unsettle(device); }

void renderer::remove(configured_device& device) {
    device.hook<in_namespace>::unlink();
    device.hook<in_queue>::unlink();
    device.unsettled = false;
    leave_body(device);
}

void renderer::mark_stale(part_node& node) {
    if (!node.stale()) stale_parts_.push_back(node);
}

void renderer::mark_stale(body_node& node) {
    if (!node.stale()) stale_bodies_.push_back(node);
}

void renderer::mark_referrers(const object_key& key) {
    const auto found = referrers_.find(key);
    if (found == referrers_.end()) return;
    for (auto* each : found->second) mark_stale(*each);
}

void renderer::unsettle(configured_device& device) {
    if (std::exchange(device.unsettled, true)) return;
    device.hook<in_queue>::unlink();
    unsettled_.push_back(device);
}

void renderer::unsettle_users(const part_node& node) {
    for (auto* body : node.users) {
        for (auto& device : body->devices) unsettle(device);
    }
}

// ---- what follows from it ----

bool renderer::work(std::size_t steps) {
    for (; steps > 0; --steps) {
        if (!step()) return false;
    }
    return true;
}

// The order makes sure that nothing is put together from what is about to change.
bool renderer::step() {
    if (!stale_parts_.empty()) {
        render(stale_parts_.front());
    } else if (!unsettled_.empty()) {
        settle(unsettled_.front());
    } else if (!stale_bodies_.empty()) {
        assemble_body(stale_bodies_.front());
    } else if (!unpublished_.empty()) {
        auto& device = unpublished_.front();
        unpublished_.pop_front();
        publish_(device);
    } else {
        tell_broken();
        return false;
    }
    return true;
}

void renderer::render_now(configured_device& device) {
    settle(device);
    auto& body = *device.body;
    if (body.settings->stale()) render(*body.settings);
    for (auto* each : body.workloads) {
        if (each->stale()) render(*each);
    }
    if (body.stale()) assemble_body(body);
    device.hook<in_queue>::unlink();
    publish_(device);
}

void renderer::render(part_node& node) {
    node.hook<in_queue>::unlink();
    auto made = node.workload ? render_workload_part(*node.workload, objects_)
                              : render_settings_part(*node.settings, node.owner.name.ns, objects_);
    fragments_.share(made.made);
    for (auto& each : made.secrets) fragments_.share(each.second);
    refer(node, made.used);
    const bool first = !node.current.made;
    const bool same = !first && same_content(node.current, made);
    if (first || node.current.problems != made.problems) {
        if (!node.current.problems.empty()) --broken_;
        if (!made.problems.empty()) ++broken_;
        untold_.insert(&node);
    }
    node.current = std::move(made);
    if (same) return;
    for (auto* body : node.users) mark_stale(*body);
}

void renderer::refer(part_node& node, const reference_set& used) {
    for (const auto& key : node.current.used) {
        const auto found = referrers_.find(key);
        found->second.erase(&node);
        if (found->second.empty()) referrers_.erase(found);
    }
    for (const auto& key : used) referrers_[key].insert(&node);
}

void renderer::settle(configured_device& device) {
    device.unsettled = false;
    device.hook<in_queue>::unlink();
    unpublished_.push_back(device);
    auto& body = body_of(device);
    if (&body == device.body) return;
    leave_body(device);
    enter_body(device, body);
}

// R22: a set replaces everything that the device says itself; only one that does not exist does not.
render_graph::part_node& renderer::settings_of(const configured_device& device) {
    if (const auto* member = device.labels.find(set_label)) {
        const object_name set{device.ns, *member};
        if (objects_.sets.contains(set)) return set_parts_.at(set);
    }
    own_settings_key key{device.ns, device.settings ? device.settings : no_settings};
    if (*key.settings == *no_settings) key = {"", no_settings};
    const auto [at, first] = own_parts_.try_emplace(std::move(key));
    auto& node = at->second;
    if (first) {
        node.owner = {edge_device::kind, {device.ns, device.id}};
        node.settings = at->first.settings;
        mark_stale(node);
    }
    return node;
}

render_graph::body_node& renderer::body_of(const configured_device& device) {
    auto& settings = settings_of(device);
    body_key key{&settings, {}};
    for (const auto* workload : selection_.select(device.id, device.ns, device.labels)) {
        key.workloads.push_back(&workload_parts_.at(workload->name));
    }
    const auto [at, first] = bodies_.try_emplace(std::move(key));
    auto& node = at->second;
    if (first) {
        node.settings = &settings;
        node.workloads = at->first.workloads;
        settings.users.insert(&node);
        for (auto* each : node.workloads) each->users.insert(&node);
        mark_stale(node);
    }
    return node;
}

void renderer::enter_body(configured_device& device, body_node& node) {
    node.devices.push_back(device);
    ++node.device_count;
    device.body = &node;
}

void renderer::leave_body(configured_device& device) {
    auto* node = std::exchange(device.body, nullptr);
    if (node == nullptr) return;
    device.hook<in_body>::unlink();
    if (--node->device_count != 0) return;
    auto* settings = node->settings;
    const auto workloads = std::move(node->workloads);
    settings->users.erase(node);
    for (auto* each : workloads) each->users.erase(node);
    bodies_.erase({settings, workloads});
    drop_if_unused(*settings);
    for (auto* each : workloads) drop_if_unused(*each);
}

// A part goes when no body holds it and its object is gone; settings of devices go with the last of them.
void renderer::drop_if_unused(part_node& node) {
    if (!node.users.empty()) return;
    const auto name = node.owner.name;
    const auto kind = node.owner.kind;
    if (kind == object_kind::edge_device_set && objects_.sets.contains(name)) return;
    if (kind == object_kind::edge_workload && objects_.workloads.contains(name)) return;
    refer(node, {});
    if (!node.current.problems.empty()) --broken_;
    untold_.erase(&node);
    if (kind == object_kind::edge_device_set) {
        set_parts_.erase(name);
    } else if (kind == object_kind::edge_workload) {
        workload_parts_.erase(name);
    } else {
        own_parts_.erase({*node.settings == *no_settings ? "" : name.ns, node.settings});
    }
}

void renderer::assemble_body(body_node& node) {
    node.hook<in_queue>::unlink();
    problem_list problems;
    std::vector<named_part> workloads;
    const auto check = [&](part_node& each) {
        for (const auto& problem : each.current.problems) {
            problems.push_back(fmt::format("{}: {}", to_string(each.owner), problem));
        }
        if (!each.current.problems.empty()) untold_.insert(&each);
    };
    check(*node.settings);
    for (auto* each : node.workloads) {
        check(*each);
        workloads.push_back({each->owner.name.name, &each->current});
    }
    node.problem = problems.empty() ? nullptr : std::make_shared<const std::string>(summary(problems));
    node.made = problems.empty() ? assemble(node.settings->current, workloads) : nullptr;
    for (auto& device : node.devices) {
        if (!device.hook<in_queue>::is_linked()) unpublished_.push_back(device);
    }
}

// A part is told of when its problems change, and once more when the first device comes to need it.
void renderer::tell_broken() {
    for (auto* each : std::exchange(untold_, {})) {
        const auto& problems = each->current.problems;
        std::size_t devices = 0;
        for (const auto* body : each->users) devices += body->device_count;
        const bool needed = devices != 0 && !problems.empty();
        if (problems == each->told && !(needed && !each->told_needed)) continue;
        each->told = problems;
        each->told_needed = needed;
        tell_({each->owner, problems, devices});
    }
}

} // namespace edgeconf::fleet
