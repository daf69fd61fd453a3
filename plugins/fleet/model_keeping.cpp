// What of the fleet outlives the process: devices restored, and changes remembered until they are stored.
#include "fleet/model.hpp"

#include "fleet/device_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace edgeconf::fleet {

void model::restore(const event& happened) {
    events_.restore(happened);
    saved_events_ = events_.sequence();
}

void model::restore(const stored_device& from) {
    auto& device = add(from.id);
    if (from.number != 0) {
        device.number = from.number;
        last_number_ = std::max(last_number_ - 1, from.number); // add() has taken one
    }
    read(device, from.membership, from.status, compact_hardware{from.hardware});
    const bool can_expire = device.state == device_state::pending || device.state == device_state::removed;
    const auto heard = can_expire && from.heard == 0 ? now() : from.heard; // who knows when: it has time
    device.signs->heard(std::min(heard, now()));                           // the clock may have been ahead
    enter(device, from.stale);
}

void model::read(device_record& into, std::string_view membership, std::string_view status,
                 const compact_hardware& hardware) {
    read_membership(membership, into);
    if (!status.empty()) read_status(status, into);
    into.hardware.known = hardware;
    if (into.given) into.settings = into.given->settings.shared();
    if (into.state == device_state::pending) has_asked(into);
}

// Whoever waits has asked, for where it is to be, and nobody has decided.
void model::has_asked(device_record& device) const {
    if (!device.request) {
        device.request = std::make_unique<join_request>();
        device.request->made = now();
    }
    if (!device.ns.empty()) device.request->ns = device.ns;
    device.request->decided = 0;
}

// A device of which everything is known that is, and nobody has been told yet.
void model::enter(device_record& device, const std::shared_ptr<const shared_body>& stale) {
    refresh_labels(device);
    if (device.state == device_state::known) {
        if (device.status.connection == connection::offline) ++counts_.offline;
        if (device.status.not_polling) ++counts_.not_polling;
        refresh_offer(device);
        renderer_.add(device);
        if (stale) { // served until it turns out whether the newest can be rendered by now
            auto entry = known_entry(device, nullptr);
            entry->configuration = stale;
            entry->version = version_of(device.id, *stale);
            recount(entry.get(), 1);
            table_.put(std::move(entry));
        }
    }
    watch(device);
    publish(device);
}

// Who waits could not ask here before: the patience with it begins now.
unix_seconds model::heard_elsewhere(const device_record& device, unix_seconds at) const {
    const bool waits = device.state == device_state::pending ||
                       (device.state == device_state::removed && device.request != nullptr);
    return waits ? now() : std::min(at, now());
}

std::string model::adopt(const imported_device& from) {
    auto* known = find(from.id);
    if (known == nullptr) {
        auto& device = add(from.id);
        read(device, from.membership, from.status, from.hardware);
        const auto heard = heard_elsewhere(device, from.heard);
        device.signs->heard(heard);
        keep(device, aspect::all);
        remember_heard(device, heard);
        note(device, event_type::normal, "Imported", "came from another fleet");
        changed(device);
        enter(device, nullptr);
        return {};
    }
    if (known->id != from.id)
        return fmt::format("its id differs from that of the device {} in case alone", known->id);
    const bool silent =
        known->signs->last_heard() == 0 && known->status.registered == 0 && known->hardware.known.empty();
    if (!known->manifest || known->state != device_state::known || !silent) return "it is here already";
    device_record there;
    read(there, from.membership, from.status, from.hardware);
    if (there.state != device_state::known) return "a manifest names it here, and there it was not in";
    known->pin = there.pin;
    known->next_key_is_its_own = there.next_key_is_its_own;
    known->request = std::move(there.request);
    known->reported_labels = there.reported_labels;
    known->hardware = there.hardware;
    known->status = std::move(there.status);
    if (there.offer) known->offer = std::move(there.offer);
    if (known->status.connection == connection::offline) ++counts_.offline;
    if (known->status.not_polling) ++counts_.not_polling;
    const auto heard = heard_elsewhere(*known, from.heard);
    known->signs->heard(heard);
    keep(*known, aspect::all);
    remember_heard(*known, heard);
    note(*known, event_type::normal, "Imported", "came from another fleet");
    changed(*known);
    refresh_labels(*known);
    refresh_offer(*known);
    renderer_.changed(*known);
    watch(*known);
    publish(*known);
    return {};
}

void model::remember_changes(kept_parts keeps) {
    remembers_ = true;
    keeps_ = keeps;
    if (keeps.events) events_.remember_gone();
}

void model::keep(device_record& device, aspect what) {
    if (!remembers_) return;
    device.unsaved = device.unsaved | what;
    if (has(what, aspect::membership)) unsaved_membership_ = true;
    if (!device.unsaved_hook::is_linked()) unsaved_.push_back(device);
}

// What readers see of it, or will once it is stored.
const device_entry* model::entry_of(const device_record& device) const {
    return device.staged ? device.staged.get() : table_.find(device.id);
}

void model::note_heard(device_record& device) {
    const auto at = now();
    device.signs->heard(at);
    remember_heard(device, at);
}

void model::remember_heard(const device_record& device, unix_seconds at) {
    if (remembers_ && keeps_.times && at != 0) heard_.push_back({device.number, at});
}

bool model::has_unsaved_membership(std::string_view id) const {
    const auto found = records_.find(id);
    return found != records_.end() && has(found->second.unsaved, aspect::membership);
}

bool model::has_unsaved() const noexcept {
    return !unsaved_.empty() || !gone_.empty() || !heard_.empty() || !events_.gone().empty() ||
           (remembers_ && keeps_.events && events_.sequence() != saved_events_);
}

unsaved_changes model::unsaved() const {
    unsaved_changes changes;
    for (const auto& device : unsaved_) {
        changes.devices.push_back({&device, stale_body(entry_of(device))});
    }
    changes.gone = gone_;
    changes.heard = heard_;
    if (!keeps_.events) return changes;
    changes.events = events_.after(saved_events_, std::numeric_limits<std::size_t>::max());
    changes.events_gone = events_.gone();
    return changes;
}

void model::saved(const std::set<std::string, std::less<>>& overtaken) {
    while (!unsaved_.empty()) {
        auto& device = unsaved_.front();
        if (overtaken.contains(device.id)) {
            drop_unsaved(device);
            continue;
        }
        unsaved_.pop_front();
        device.unsaved = aspect::none;
        device.held_on = 0;
        if (device.staged) table_.put(std::move(device.staged));
    }
    gone_.clear();
    heard_.clear();
    events_.clear_gone();
    saved_events_ = events_.sequence();
    unsaved_membership_ = false;
}

void model::note_source(event_type level, std::string_view source, std::string_view reason,
                        std::string_view text) {
    events_.record({{"Source", "", source}, level, reason, text, "edgeconf"}, now_());
}

} // namespace edgeconf::fleet
