#include "fleet/model.hpp"

#include "fleet/hardware.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t pending_hardware_limit = 16u << 10;
constexpr std::string_view set_label = "flotta/member-of";

const std::vector<std::string> no_workloads;
const auto no_playbooks = std::make_shared<const std::string>("[]");

const std::vector<std::string>& workloads_of(const device_entry& entry) {
    return entry.configuration ? entry.configuration->workloads : no_workloads;
}

bool same_content(const device_entry& a, const device_entry& b) {
    return a.state == b.state && a.registration == b.registration && a.configuration == b.configuration &&
           a.version == b.version && a.problem == b.problem && a.playbooks == b.playbooks;
}

} // namespace

outcome enrolled(const device_entry& device, std::string_view id) {
    if (device.id != id) return outcome::case_twin;
    switch (device.state) {
    case device_state::known: return outcome::ok;
    case device_state::denied: return outcome::denied;
    case device_state::pending: break;
    }
    return outcome::created;
}

model::model(clock_source now, notice_sink tell)
    : now_{std::move(now)}, tell_{std::move(tell)},
      renderer_{[this](configured_device& device) { publish(static_cast<device_record&>(device)); },
                [this](const broken_part& broken) { tell_broken(broken); }} {}

// ---- objects ----

void model::apply(const object_changes& changes) {
    for (const auto& key : changes.removed) remove(key);
    for (const auto& object : changes.put) {
        std::visit([this](const auto& each) { put(each); }, object);
    }
}

template <class Object>
void model::put(const std::shared_ptr<const Object>& object) {
    revisions_[{Object::kind, object->name}] = ++revision_;
    renderer_.put(object);
}

void model::put(const std::shared_ptr<const edge_config>& config) {
    revisions_[{edge_config::kind, config->name}] = ++revision_;
    refresh_offers(offers_.put(config));
}

void model::put(const std::shared_ptr<const playbook_execution>& execution) {
    revisions_[{playbook_execution::kind, execution->name}] = ++revision_;
    refresh_offers(offers_.put(execution));
}

// An EdgeDevice lets the device in, whatever it was before, except that a denial outlives it (R7a).
void model::put(const std::shared_ptr<const edge_device>& manifest) {
    const auto& [ns, id] = manifest->name;
    auto* device = find(id);
    if (device == nullptr) device = &add(id);
    if (device->id != id) {
        return tell(*device, fmt::format("the EdgeDevice {}/{} is left out: its id differs from this "
                                         "device's in case alone",
                                         ns, id));
    }
    device->manifest = manifest;
    device->settings = {manifest, &manifest->settings};
    changed(*device);
    if (device->status.state == device_state::denied) {
        return tell(*device, "is both an EdgeDevice and declined; it stays out");
    }
    if (device->status.state == device_state::known && device->ns == ns) {
        if (refresh_labels(*device)) refresh_offer(*device);
        return renderer_.changed(*device);
    }
    if (device->status.state == device_state::known) renderer_.remove(*device);
    device->ns = ns;
    admit(*device);
}

// Approves or declines; a device that is in already stays in (R7).
void model::put(const std::shared_ptr<const signed_request>& request) {
    const auto& id = request->name.name;
    auto* device = find(id);
    if (device == nullptr) device = &add(id);
    if (device->id != id) {
        return tell(*device, fmt::format("the EdgeDeviceSignedRequest {}/{} is left out: its id differs from "
                                         "this device's in case alone",
                                         request->name.ns, id));
    }
    if (request->declined) {
        if (device->manifest) tell(*device, "is both an EdgeDevice and declined; it stays out");
        if (device->status.state == device_state::known) leave(*device);
        device->status.state = device_state::denied;
        changed(*device);
        return publish(*device);
    }
    if (device->status.state != device_state::pending) return;
    changed(*device);
    device->ns = request->target_namespace;
    if (!request->target_set.empty())
        device->given_labels.insert_or_assign(std::string{set_label}, request->target_set);
    if (request->approved || approval_ == approval_policy::automatic) return admit(*device);
    publish(*device);
}

// Absence is never removal (R7a): a device that no manifest names any more is forgotten.
void model::remove(const object_key& key) {
    ++revision_;
    switch (key.kind) {
    case object_kind::edge_device:
        if (auto* device = find(key.name.name); device != nullptr && device->manifest) forget(*device);
        return;
    case object_kind::signed_request: return;
    case object_kind::edge_config:
    case object_kind::playbook_execution: revisions_.erase(key); return refresh_offers(offers_.remove(key));
    default: revisions_.erase(key); return renderer_.remove(key);
    }
}

std::uint64_t model::revision_of(const object_key& key) const {
    const auto found = revisions_.find(key);
    return found == revisions_.end() ? 0 : found->second;
}

// ---- devices come, change and go ----

device_record& model::add(std::string_view id) {
    auto& device = records_.try_emplace(std::string{id}).first->second;
    device.id = id;
    return device;
}

device_record* model::find(std::string_view id) {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

void model::admit(device_record& device) {
    device.status.state = device_state::known;
    refresh_labels(device);
    offers_.refresh(device);
    renderer_.add(device);
}

void model::leave(device_record& device) {
    renderer_.remove(device);
    offers_.remove(device);
}

void model::forget(device_record& device) {
    leave(device);
    recount(table_.find(device.id), -1);
    table_.erase(device.id);
    records_.erase(records_.find(device.id));
}

void model::labels_changed(device_record& device) {
    changed(device);
    refresh_offer(device);
    renderer_.changed(device);
    renderer_.render_now(device);
}

void model::refresh_offers(const playbook_offers::device_set& devices) {
    for (auto* each : devices) {
        refresh_offer(*each);
        publish(*each);
    }
}

void model::refresh_offer(device_record& device) {
    if (offers_.refresh(device)) {
        tell(device, fmt::format("misses playbooks: {}", summary(device.offer->problems)));
    }
}

// ---- device calls ----

outcome model::enrol(std::string_view id, std::string_view ns, const enrolment& body) {
    if (const auto* entry = table_.find(id)) return enrolled(*entry, id);
    if (auto* known = find(id))
        return known->id == id ? outcome::created : outcome::case_twin; // not published yet
    const bool automatic = approval_ == approval_policy::automatic;
    if (!automatic && counts_.pending >= pending_limit) return outcome::too_many;
    auto& device = add(id);
    device.ns = ns;
    device.status.model_name = body.model_name;
    if (!body.hardware.empty()) {
        device.status.hardware = merge_hardware({}, body.hardware, pending_hardware_limit);
    }
    changed(device);
    if (automatic) {
        admit(device);
        renderer_.render_now(device);
    } else {
        publish(device);
    }
    return outcome::created;
}

outcome model::put_registration(std::string_view id, const registration& body) {
    auto* device = find(id);
    if (device == nullptr || device->id != id) return outcome::not_found;
    if (device->status.state == device_state::denied) return outcome::denied;
    if (device->status.state == device_state::pending) return outcome::not_approved;
    device->status.registered = now_();
    changed(*device);
    if (absorb_hardware(*device, body.hardware)) labels_changed(*device);
    return outcome::ok;
}

outcome model::put_heartbeat(std::string_view id, const heartbeat& body) {
    auto* device = find(id);
    if (device == nullptr || device->id != id || device->status.state != device_state::known)
        return outcome::not_found;
    const auto* entry = table_.find(id);
    const auto& assigned = entry == nullptr ? no_workloads : workloads_of(*entry);
    absorb_heartbeat(device->status, body, assigned, now_());
    if (absorb_hardware(*device, body.hardware)) labels_changed(*device);
    return outcome::ok;
}

// ---- what devices and administrators see ----

void model::publish(device_record& device) {
    const auto* before = table_.find(device.id);
    std::unique_ptr<device_entry> entry;
    if (device.status.state == device_state::known) {
        entry = known_entry(device, before);
    } else {
        entry = std::make_unique<device_entry>();
        entry->id = device.id;
        entry->state = device.status.state;
    }
    if (before != nullptr && same_content(*before, *entry)) return;
    const auto& assigned = workloads_of(*entry);
    std::erase_if(device.status.workloads, [&](const auto& each) {
        return !std::binary_search(assigned.begin(), assigned.end(), each.first);
    });
    recount(before, -1);
    recount(entry.get(), 1);
    changed(device);
    table_.put(std::move(entry));
}

std::unique_ptr<device_entry> model::known_entry(const device_record& device, const device_entry* before) {
    auto entry = std::make_unique<device_entry>();
    entry->id = device.id;
    entry->state = device_state::known;
    entry->registration = registration_of(device.ns);
    entry->playbooks = device.offer ? device.offer->text : no_playbooks;
    if (device.body != nullptr) entry->problem = device.body->problem;
    if (device.body != nullptr && device.body->made) {
        entry->configuration = device.body->made;
        entry->version = version_of(device.id, *entry->configuration);
    } else if (before != nullptr) { // R30
        entry->configuration = before->configuration;
        entry->version = before->version;
    }
    return entry;
}

// A namespace's text lives as long as a device in it.
std::shared_ptr<const std::string> model::registration_of(const std::string& ns) {
    auto& slot = registrations_[ns];
    auto text = slot.lock();
    if (!text) {
        text = std::make_shared<const std::string>(
            boost::json::serialize(boost::json::object{{"namespace", ns}}));
        slot = text;
    }
    return text;
}

void model::recount(const device_entry* entry, std::ptrdiff_t by) {
    if (entry == nullptr) return;
    const auto count = [by](std::size_t& of) { of += static_cast<std::size_t>(by); };
    switch (entry->state) {
    case device_state::pending: return count(counts_.pending);
    case device_state::denied: return count(counts_.denied);
    case device_state::known: count(counts_.known); break;
    }
    if (!entry->problem) return;
    count(entry->configuration ? counts_.stale : counts_.unconfigured);
}

fleet_counts model::counts() const {
    auto counts = counts_;
    counts.broken = renderer_.broken_parts();
    return counts;
}

std::optional<device_description> model::describe(std::string_view id) const {
    const auto found = records_.find(id);
    if (found == records_.end() || found->second.id != id) return std::nullopt;
    const auto& device = found->second;
    device_description described{device.ns, device.labels, device.status, device.revision};
    if (const auto* entry = table_.find(id)) {
        for (const auto& workload : workloads_of(*entry)) {
            described.labels.insert_or_assign("workload/" + workload, "true");
        }
    }
    return described;
}

void model::tell(const device_record& device, std::string_view text) const {
    tell_({severity::warning, {edge_device::kind, {device.ns, device.id}}, text});
}

void model::tell_broken(const broken_part& broken) {
    if (broken.problems.empty()) return tell_({severity::warning, broken.owner, "can be rendered again"});
    const auto text =
        fmt::format("{}; {}", summary(broken.problems),
                    broken.devices == 0
                        ? "no device needs it at the moment"
                        : fmt::format("devices that need it and keep what they have: {}", broken.devices));
    tell_({severity::warning, broken.owner, text});
}

} // namespace edgeconf::fleet
