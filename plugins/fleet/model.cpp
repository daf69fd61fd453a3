// Objects, and what devices and administrators see of the fleet.
#include "fleet/model.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace edgeconf::fleet {

namespace {

const auto not_yet_rendered =
    std::make_shared<const std::string>("the configuration is about to be rendered");
const auto no_playbooks = std::make_shared<const std::string>("[]");

bool same_text(const std::shared_ptr<const std::string>& a, const std::shared_ptr<const std::string>& b) {
    return a == b || (a && b && *a == *b);
}

bool same_content(const device_entry& a, const device_entry& b) {
    return a.state == b.state && a.calls_matter == b.calls_matter && a.signs == b.signs &&
           a.registration == b.registration && a.configuration == b.configuration && a.version == b.version &&
           a.problem == b.problem && same_text(a.playbooks, b.playbooks);
}

// By which playbooks were ever offered. When they were is not worth storing.
std::vector<std::string> names_of(const playbook_history& history) {
    std::vector<std::string> names;
    for (const auto& [name, ran] : history.executions()) names.push_back(name);
    return names;
}

// Of the devices among them.
std::set<std::string_view> ids_put(const object_changes& changes) {
    std::set<std::string_view> ids;
    for (const auto& object : changes.put) {
        if (const auto* device = std::get_if<std::shared_ptr<const edge_device>>(&object)) {
            ids.insert((*device)->name.name);
        }
    }
    return ids;
}

} // namespace

model::model(clock_source now, notice_sink tell)
    : now_{std::move(now)}, tell_{std::move(tell)}, started_{to_seconds(now_())},
      renderer_{[this](configured_device& device) { rendered(static_cast<device_record&>(device)); },
                [this](const broken_part& broken) { tell_broken(broken); }} {}

void model::configure(model_settings settings) {
    settings_ = std::move(settings);
    events_.set_limits(settings_.events);
    for (auto& [id, device] : records_) {
        if (device.state == device_state::pending) device.signs->set_quiet({}); // to be judged anew
        watch(device);
    }
}

// ---- objects ----

void model::apply(const object_changes& changes) {
    const auto staying = changes.removed.empty() ? std::set<std::string_view>{} : ids_put(changes);
    const auto is_request = [](const object_key& key) { return key.kind == object_kind::signed_request; };
    for (const auto& key : changes.removed) {
        if (is_request(key)) remove(key); // before the device that goes with it
    }
    for (const auto& key : changes.removed) {
        // A device that moves to another namespace is the same device (R12).
        if (key.kind == object_kind::edge_device && staying.contains(key.name.name)) continue;
        if (!is_request(key)) remove(key);
    }
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

// The device of a manifest, or null, told, if its id is taken in another spelling (R19). Just asking to join
// takes no id from a manifest.
device_record* model::named(const object_key& key) {
    auto* device = find(key.name.name);
    if (device != nullptr && device->id != key.name.name) {
        if (device->state != device_state::pending || device->asked) {
            tell(key, event_type::warning, "CaseTwin",
                 fmt::format("is left out: its id differs from that of the device {} in case alone",
                             device->id));
            return nullptr;
        }
        drop(*device);
        device = nullptr;
    }
    return device != nullptr ? device : &add(key.name.name);
}

// An EdgeDevice is an approval (R7a), except that a denial outlives it.
void model::put(const std::shared_ptr<const edge_device>& manifest) {
    const auto& [ns, id] = manifest->name;
    auto* device = named({edge_device::kind, manifest->name});
    if (device == nullptr) return;
    device->manifest = manifest;
    device->settings = manifest->settings.shared();
    changed(*device);
    if (device->state == device_state::denied) {
        return tell({edge_device::kind, manifest->name}, event_type::warning, "Denied",
                    "is both an EdgeDevice and declined; it stays out");
    }
    if (device->state == device_state::known && device->ns == ns) {
        if (refresh_labels(*device)) refresh_offer(*device);
        return renderer_.changed(*device);
    }
    if (device->state == device_state::removed) device->pin.reset();
    if (device->state == device_state::known) renderer_.remove(*device);
    move(*device, ns);
    admit(*device);
}

// Approves or declines; a device that is in stays in (R7), and one that was removed needs more than a
// manifest that may have been there all the time.
void model::put(const std::shared_ptr<const signed_request>& request) {
    const auto& id = request->name.name;
    auto* device = named({signed_request::kind, request->name});
    if (device == nullptr) return;
    device->asked = request;
    if (request->declined) {
        if (device->manifest) {
            tell({edge_device::kind, device->manifest->name}, event_type::warning, "Denied",
                 "is both an EdgeDevice and declined; it stays out");
        }
        deny(id, "manifest");
        return;
    }
    if (device->state != device_state::pending) return;
    ask(*device, request->target_namespace, request->target_set);
    if (request->approved || rejudge(*device, {})) {
        admit(*device);
    } else {
        publish(*device);
    }
}

// Absence is never removal (R7a): a device that no manifest names any more is forgotten.
void model::remove(const object_key& key) {
    ++revision_;
    switch (key.kind) {
    case object_kind::edge_device: {
        auto* device = find(key.name.name);
        if (device == nullptr || !device->manifest || device->manifest->name != key.name) return;
        device->manifest.reset();
        device->settings.reset();
        if (device->state != device_state::known) return;
        const auto asked = device->asked;
        drop(*device);
        if (asked) put(asked); // as if the manifests had always been so
        return;
    }
    case object_kind::signed_request: {
        auto* device = find(key.name.name);
        if (device == nullptr || !device->asked || device->asked->name != key.name) return;
        device->asked.reset();
        return watch(*device);
    }
    case object_kind::edge_config:
    case object_kind::playbook_execution: revisions_.erase(key); return refresh_offers(offers_.remove(key));
    default: revisions_.erase(key); return renderer_.remove(key);
    }
}

std::uint64_t model::revision_of(const object_key& key) const {
    const auto found = revisions_.find(key);
    return found == revisions_.end() ? 0 : found->second;
}

// ---- playbooks ----

void model::refresh_offers(const playbook_offers::device_set& devices) {
    for (auto* each : devices) {
        refresh_offer(*each);
        publish(*each);
    }
}

void model::refresh_offer(device_record& device) {
    const auto names = device.offer ? names_of(device.offer->history) : std::vector<std::string>{};
    const bool problems = offers_.refresh(device);
    if (device.offer && names_of(device.offer->history) != names) keep(device, aspect::status);
    if (!problems) return;
    tell({edge_device::kind, {device.ns, device.id}}, event_type::warning, "PlaybookMissing",
         fmt::format("misses playbooks: {}", summary(device.offer->problems)));
}

// ---- what devices and administrators see ----

// The period of its heartbeats may have become another one.
void model::rendered(device_record& device) {
    watch(device);
    publish(device);
}

void model::publish(device_record& device) {
    const auto* before = entry_of(device);
    std::unique_ptr<device_entry> entry;
    if (device.state == device_state::known) {
        entry = known_entry(device, before);
    } else {
        entry = std::make_unique<device_entry>();
        entry->id = device.id;
        entry->number = device.number;
        entry->state = device.state;
        if (device.state == device_state::pending) entry->signs = device.signs;
        entry->calls_matter = device.state == device_state::removed;
    }
    if (before != nullptr && same_content(*before, *entry)) return;
    if (entry->configuration) { // one that was restored has none yet, and keeps what it reported
        const auto& assigned = workloads_of(entry.get());
        const auto gone = std::erase_if(device.status.workloads, [&](const auto& each) {
            return !std::binary_search(assigned.begin(), assigned.end(), each.name.get());
        });
        if (gone != 0) keep(device, aspect::status);
    }
    if (stale_body(before) != stale_body(entry.get())) keep(device, aspect::configuration);
    if (before == nullptr || before->configuration != entry->configuration ||
        before->playbooks != entry->playbooks) {
        device.signs->set_quiet({}); // what it repeats may be about what it was not to run before
    }
    recount(before, -1);
    recount(entry.get(), 1);
    changed(device);
    if (device.unsaved != aspect::none) {
        device.staged = std::move(entry);
    } else {
        table_.put(std::move(entry));
    }
}

std::unique_ptr<device_entry> model::known_entry(const device_record& device, const device_entry* before) {
    auto entry = std::make_unique<device_entry>();
    entry->id = device.id;
    entry->number = device.number;
    entry->state = device_state::known;
    entry->signs = device.signs;
    entry->calls_matter = device.pin.awaits_proof() || device.status.not_polling ||
                          device.status.connection == connection::offline;
    entry->registration = registration_of(device.ns);
    entry->playbooks = device.offer ? device.offer->text : no_playbooks;
    if (device.body != nullptr) entry->problem = device.body->problem;
    if (device.body != nullptr && device.body->made) {
        entry->configuration = device.body->made;
        const bool same = before != nullptr && before->configuration == entry->configuration;
        entry->version = same ? before->version : version_of(device.id, *entry->configuration);
    } else if (before != nullptr) { // R30
        entry->configuration = before->configuration;
        entry->version = before->version;
        if (!entry->problem && entry->configuration) entry->problem = before->problem; // still as it was
    }
    if (!entry->configuration && !entry->problem) entry->problem = not_yet_rendered;
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
    case device_state::removed: return count(counts_.removed);
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
    device_description described{};
    described.ns = device.ns;
    described.labels = device.labels.map();
    described.state = device.state;
    if (device.request) described.request = *device.request;
    if (auto text = codec_.unpack(device.hardware.known)) described.hardware = *std::move(text);
    described.pin = device.pin;
    described.status = device.status;
    described.last_seen = device.signs->last_heard();
    described.revision = device.revision;
    const auto* entry = entry_of(device);
    if (entry == nullptr || !entry->configuration) return described;
    described.rendered_version = {entry->version.data(), entry->version.size()};
    described.in_sync = device.status.version == described.rendered_version;
    for (const auto& workload : workloads_of(entry)) {
        described.labels.insert_or_assign("workload/" + workload, "true");
    }
    return described;
}

// ---- telling ----

void model::tell(const object_key& about, event_type level, std::string_view reason, std::string_view text) {
    tell_({level, about, text});
    events_.record({{to_string(about.kind), about.name.ns, about.name.name}, level, reason, text, "edgeconf"},
                   now_());
}

void model::note(const device_record& device, event_type level, std::string_view reason,
                 std::string_view text, std::string_view actor) {
    events_.record({{to_string(edge_device::kind), device.ns, device.id}, level, reason, text, actor},
                   now_());
}

void model::tell_broken(const broken_part& broken) {
    if (broken.problems.empty()) {
        return tell(broken.owner, event_type::normal, "ReferenceFound", "can be rendered again");
    }
    const auto needed = broken.devices == 0
                            ? std::string{"no device needs it at the moment"}
                            : fmt::format("devices that need it and keep what they have: {}", broken.devices);
    tell(broken.owner, event_type::warning, "ReferenceMissing",
         fmt::format("{}; {}", summary(broken.problems), needed));
}

} // namespace edgeconf::fleet
