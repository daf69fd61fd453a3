// What others do to a store that is shared, taken over by the model: other hosts of the same fleet, and
// administrators who write to the store with their own tools.
#include "fleet/model.hpp"

#include "fleet/device_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

// That one device loses in a row.
constexpr std::uint8_t most_races = 8;

constexpr std::string_view outside = "store"; // who says so, in events

bool has(device_part all, device_part one) {
    return (static_cast<std::uint8_t>(all) & static_cast<std::uint8_t>(one)) != 0;
}

} // namespace

model::replacement model::replace(const stored_device& now, device_part part) {
    device_record there;
    read(there, now.membership, now.status, compact_hardware{now.hardware});
    auto* known = find(now.id);
    if (known != nullptr && known->id != now.id) {
        tell({edge_device::kind, {there.ns, std::string{now.id}}}, event_type::warning, "CaseTwin",
             fmt::format("is left out: its id differs from that of the device {} in case alone", known->id));
        return {};
    }
    if (known == nullptr) {
        std::erase(gone_, now.number); // whoever wrote it means it to be there
        restore(now);
        auto& device = *find(now.id);
        changed(device);
        if (remembers_ && device.state == device_state::known) renderer_.render_now(device);
        return {device.number, false};
    }
    auto& device = *known;
    const auto before = seen(device);
    const bool given = has(part, device_part::given);
    bool dropped = false;
    if (has(part, device_part::told)) {
        const bool decided_here = has(device.unsaved, aspect::membership) && !given;
        dropped = drop_unsaved(device);
        if (decided_here) keep(device, aspect::membership);
        device.signs->heard(std::max(device.signs->last_heard(), std::min(now.heard, this->now())));
        const auto acknowledged = acknowledged_of(device);
        take_told(device, there, now.has_reports);
        hold_on_to(device, acknowledged);
    }
    if (given) {
        // Decided here, and elsewhere otherwise.
        dropped |=
            device.unsaved != aspect::none && device.state != before.state && device.state != there.state;
        take_given(device, there, before);
    }
    refresh_labels(device);
    if (device.state == device_state::known) {
        refresh_offer(device);
        renderer_.changed(device);
        // Whoever sees that it is in may ask at once for what it is to run.
        if (before.state != device_state::known) renderer_.render_now(device);
    }
    changed(device);
    watch(device);
    publish(device);
    const bool is_out = given && device.state != device_state::known;
    if (is_out && device.staged) table_.put(std::move(device.staged));
    return {device.number, dropped};
}

// Readers see what is stored: the record may be ahead of that.
model::seen_before model::seen(const device_record& device) const {
    const auto* entry = table_.find(device.id);
    return {entry != nullptr ? entry->state : device_state::pending, device.pin,
            device.request ? device.request->made : 0};
}

// What was changed of it here and not stored is lost: readers never saw it.
bool model::drop_unsaved(device_record& device) {
    const bool dropped = device.unsaved != aspect::none;
    device.dropped = device.dropped | device.unsaved;
    device.unsaved = aspect::none;
    if (device.unsaved_hook::is_linked()) unsaved_.erase(unsaved_.iterator_to(device));
    if (unsaved_.empty()) unsaved_membership_ = false;
    if (!device.staged) return dropped;
    recount(device.staged.get(), -1);
    device.staged.reset();
    recount(table_.find(device.id), 1);
    return dropped;
}

// What the device was told OK for, though it was not stored: a poll that confirmed a key, the results of
// playbooks in a heartbeat. Nobody would say it again.
model::acknowledged_here model::acknowledged_of(device_record& device) {
    const auto dropped = std::exchange(device.dropped, aspect::none);
    acknowledged_here made;
    if (has(dropped, aspect::membership)) made.pin = device.pin;
    if (has(dropped, aspect::status) && device.offer) made.playbooks = device.offer->history;
    return made;
}

void model::hold_on_to(device_record& device, const acknowledged_here& what) {
    if (device.held_on == most_races) return; // it is refused, rather than overtaken
    const bool was_proven = !what.pin.awaits_proof() && what.pin.keys() == device.pin.keys();
    aspect held = aspect::none;
    if (was_proven && device.pin.prove()) held = held | aspect::membership;
    if (device.offer && device.offer->history.take_results(what.playbooks)) held = held | aspect::status;
    if (held == aspect::none) return;
    ++device.held_on;
    keep(device, held);
}

// Whether it is heard, and polls, each host sees for itself.
void model::take_told(device_record& device, device_record& there, bool has_reports) {
    device.request = std::move(there.request);
    device.reported_labels = std::move(there.reported_labels);
    device.pin = std::move(there.pin);
    device.next_key_is_its_own = there.next_key_is_its_own;
    device.hardware = std::move(there.hardware);
    if (device.offer) { // which has its place among the offers
        device.offer->history = there.offer ? std::move(there.offer->history) : playbook_history{};
    } else {
        device.offer = std::move(there.offer);
    }
    device.status.registered = there.status.registered;
    device.status.in_use |= there.status.in_use;
    device.signs->set_quiet({}); // what it says next may be news now
    device.last = {};
    if (!has_reports) return;
    device.status.phase = std::move(there.status.phase);
    device.status.version = std::move(there.status.version);
    device.status.upgrade = std::move(there.status.upgrade);
    device.status.workloads = std::move(there.status.workloads);
}

void model::take_given(device_record& device, device_record& there, const seen_before& before) {
    const bool leaves = device.state == device_state::known && there.state != device_state::known;
    if (leaves) become(device, there.state, before); // while it is in its namespace
    if (device.ns != there.ns) resettle(device, there.ns);
    device.given_labels = std::move(there.given_labels);
    device.given = std::move(there.given);
    device.settings = device.given ? device.given->settings.shared() : nullptr;
    if (device.state != there.state) become(device, there.state, before);
    if (device.state == device_state::pending) has_asked(device);
}

// Events are kept under an object's namespace and name; those of the old one stay with nobody.
void model::resettle(device_record& device, const std::string& ns) {
    const bool is_in = device.state == device_state::known;
    if (is_in) renderer_.remove(device);
    events_.forget({to_string(edge_device::kind), device.ns, device.id});
    const auto before = std::exchange(device.ns, ns);
    if (is_in) renderer_.add(device);
    if (before.empty()) return;
    note(device, event_type::normal, "Moved", fmt::format("was in {} before", before), outside);
}

// As somebody else has decided. It is stored already but for what follows from it; and of that, what another
// host has written together with it.
void model::become(device_record& device, device_state state, const seen_before& before) {
    withdraw(device);
    device.state = state;
    const bool is_news = before.state != state;
    const auto tell = [&](event_type level, std::string_view reason, std::string_view text) {
        if (is_news) note(device, level, reason, text, outside);
    };
    switch (state) {
    case device_state::known: {
        // What was known of the one that was denied or removed is not the new one's.
        const bool was_out = before.state == device_state::denied || before.state == device_state::removed;
        if (was_out && device.pin.state() != pin_state::none && device.pin == before.pin) {
            device.pin.reset();
            keep(device, aspect::membership);
        }
        tell(event_type::normal, "Approved", "was let in");
        if (before.state == device_state::pending && device.request && !device.request->set.empty()) {
            device.given_labels.set(set_label, device.request->set);
            keep(device, aspect::membership);
        }
        refresh_labels(device);
        return renderer_.add(device);
    }
    case device_state::denied: return tell(event_type::warning, "Denied", "was declined");
    case device_state::removed:
        tell(event_type::warning, "Removed", "was removed, and is told to wipe itself");
        if (const bool asks_again = device.request && device.request->made != before.asked; !asks_again) {
            device.request.reset();
            device.hardware = {};
        }
        device.reported_labels.clear();
        device.signs->heard(now()); // from here on its tombstone ages
        return keep(device, aspect::membership | aspect::hardware);
    case device_state::pending:
        device.signs->heard(now()); // from here on it has time to ask
        return tell(event_type::warning, "Waiting", "has to wait for approval again");
    }
}

bool model::knows(std::string_view id) const {
    const auto found = records_.find(id);
    return found != records_.end() && found->second.id == id;
}

bool model::vanish(std::string_view id) {
    auto* device = find_exactly(id);
    if (device == nullptr) return false;
    const bool dropped = drop_unsaved(*device);
    drop(*device);
    if (remembers_) gone_.pop_back(); // nothing is left to be removed
    return dropped;
}

} // namespace edgeconf::fleet
