// Devices as they come, report and fall silent.
#include "fleet/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t pending_hardware_limit = 16u << 10;
// Devices poll every five seconds. One that is heard and has not polled for this long has, as far as Flotta
// goes, an expired certificate: it is refused on polls, and not on heartbeats.
constexpr std::chrono::seconds poll_silence{300};
constexpr std::chrono::seconds longest_step{
    60}; // between two ticks, unless the clock was set or all stood still
constexpr std::chrono::seconds grace_after_start{24 * 3600};

} // namespace

outcome enrolled(const device_entry& device, std::string_view id) {
    if (device.id != id) return outcome::case_twin;
    switch (device.state) {
    case device_state::known: return outcome::ok;
    case device_state::denied: return outcome::denied;
    case device_state::pending:
    case device_state::removed: break;
    }
    return outcome::created;
}

device_record* model::find(std::string_view id) {
    const auto found = records_.find(id);
    return found == records_.end() ? nullptr : &found->second;
}

device_record* model::find_exactly(std::string_view id) {
    auto* device = find(id);
    return device != nullptr && device->id == id ? device : nullptr;
}

device_record& model::add(std::string_view id) {
    auto& device = records_.try_emplace(std::string{id}).first->second;
    device.id = id;
    device.number = ++last_number_;
    device.signs = std::make_shared<liveness>();
    return device;
}

// ---- enrolment ----

void model::ask(device_record& device, std::string_view ns, std::string_view set) {
    if (!device.request) device.request = std::make_unique<join_request>();
    device.request->ns = ns;
    device.request->set = set;
    if (device.request->made == 0) device.request->made = now();
    device.request->decided = 0;
    if (device.state == device_state::pending) move(device, ns);
    changed(device);
    keep(device, aspect::membership);
}

// Events are kept under an object's namespace and name; those of the old one stay with nobody.
void model::move(device_record& device, std::string_view ns) {
    if (device.ns == ns) return;
    events_.forget({to_string(edge_device::kind), device.ns, device.id});
    const auto before = std::exchange(device.ns, ns);
    keep(device, aspect::membership);
    if (!before.empty()) note(device, event_type::normal, "Moved", fmt::format("was in {} before", before));
}

// Whether the policy lets a waiting device in.
bool model::rejudge(device_record& device, const hardware_report& hardware) {
    const auto decision =
        settings_.admission.judge({device.id, device.request->ns, hardware.hardware()}, counts_.known);
    if (decision.is != verdict::admit) return false;
    if (!decision.target_set.empty()) device.request->set = decision.target_set;
    note(device, event_type::normal, "Approved", decision.reason);
    return true;
}

outcome model::enrol(std::string_view id, std::string_view ns, const enrolment& body,
                     const heartbeat_digest& told) {
    auto* device = find(id);
    if (device != nullptr && device->id != id) return outcome::case_twin;
    if (device == nullptr) {
        const auto decision = settings_.admission.judge({id, ns, body.hardware.hardware()}, counts_.known);
        if (decision.is == verdict::refuse) return outcome::denied;
        if (decision.is == verdict::wait && counts_.pending >= settings_.pending_limit)
            return outcome::too_many;
        device = &add(id);
        ask(*device, ns, {});
        note(*device, event_type::normal, "Enrolled", fmt::format("asks to join {}", ns));
    }
    switch (device->state) {
    case device_state::known: return outcome::ok;
    case device_state::denied: return outcome::denied;
    case device_state::removed: // waits for a person, whatever the policy (R7a)
        if (!device->request) {
            ask(*device, ns, {});
            note(*device, event_type::normal, "Enrolled",
                 fmt::format("was removed, and asks to join {}", ns));
        }
        break;
    case device_state::pending:
        if (device->request->ns.empty())
            ask(*device, ns, device->request->set); // an administrator left it open
        break;
    }
    introduced(*device, body);
    note_heard(*device);
    if (!keeps_.times) keep(*device, aspect::membership); // others have to know now and then that it asks
    watch(*device);
    if (device->state == device_state::removed) return outcome::created;
    if (!rejudge(*device, body.hardware)) {
        device->signs->set_quiet(settings_.admission.may_admit() ? heartbeat_digest{} : told);
        publish(*device);
        return outcome::created;
    }
    admit(*device);
    renderer_.render_now(*device);
    return outcome::created;
}

// Of a device that waits its first word on each counts (R2): later ones may be anyone's.
void model::introduced(device_record& device, const enrolment& body) {
    if (auto& name = device.request->model_name; name.empty() && !body.model_name.empty()) {
        name = body.model_name;
        changed(device);
        keep(device, aspect::membership);
    }
    if (device.hardware.known.empty() && absorb_report(device.hardware, body.hardware, pending_hardware_limit,
                                                       codec_) != hardware_change::none) {
        changed(device);
        keep(device, aspect::hardware);
    }
}

// Into the namespace that `ns` says.
void model::admit(device_record& device) {
    device.state = device_state::known;
    keep(device, aspect::membership);
    if (device.request) {
        device.request->decided = now();
        if (!device.request->set.empty()) {
            device.given_labels.set(set_label, device.request->set);
        }
    }
    refresh_labels(device);
    refresh_offer(device);
    renderer_.add(device);
    watch(device);
    changed(device);
}

// What a known device has that others have not.
void model::withdraw(device_record& device) {
    if (device.state != device_state::known) return;
    renderer_.remove(device);
    offers_.remove(device);
    set_connection(device, connection::never);
    if (device.status.not_polling) --counts_.not_polling;
    device.status = {};
    keep(device, aspect::status | aspect::configuration);
    // Should it come back, its next heartbeat is the first one.
    device.signs->set_quiet({});
    device.last = {};
}

// Out of the fleet, remembered as `state`.
void model::leave(device_record& device, device_state state) {
    withdraw(device);
    device.state = state;
    keep(device, aspect::membership);
    if (state == device_state::removed) note_heard(device); // from here on its tombstone ages
    watch(device);
    publish(device);
}

void model::drop(device_record& device) {
    ++revision_;
    withdraw(device);
    recount(entry_of(device), -1);
    table_.erase(device.id);
    if (remembers_) gone_.push_back(device.number);
    events_.forget({to_string(edge_device::kind), device.ns, device.id});
    records_.erase(records_.find(device.id));
}

// ---- registration ----

outcome model::put_registration(std::string_view id, const registration& body, const csr_key& key) {
    auto* device = find_exactly(id);
    if (device == nullptr) return outcome::not_found;
    if (device->state == device_state::denied) return outcome::denied;
    if (device->state != device_state::known) return outcome::not_approved;
    if (!offer_key(*device, key)) {
        note(*device, event_type::warning, "IdentityRefused",
             "a registration with another key than the device's was refused; reset the identity if the "
             "device was reinstalled");
        return outcome::other_key;
    }
    if (!key) {
        note(*device, event_type::warning, "IdentityUnknown",
             fmt::format("registered, and is pinned to no key: {}", key.error()));
    }
    device->status.registered = now();
    keep(*device, aspect::membership | aspect::status);
    device->signs->set_quiet({}); // what it reports next may say something again
    device->last = {};
    changed(*device);
    // Whoever it was, what the device's labels say is not for a second one to change.
    const bool one_key = device->pin.keys().size() == 1;
    absorbed hardware;
    if (one_key || device->reported_labels.empty()) {
        hardware = absorb_hardware(*device, body.hardware, codec_);
    }
    if (hardware.changed) keep(*device, aspect::hardware);
    if (hardware.labels) {
        labels_changed(*device);
    } else {
        publish(*device);
    }
    return outcome::ok;
}

// False if another key is confirmed. A device that was in use before any key was known may have one that is
// not this one.
bool model::offer_key(device_record& device, const csr_key& key) {
    const bool was_heard = device.status.in_use || device.status.connection != connection::never;
    const bool in_use = was_heard && !device.next_key_is_its_own;
    if (device.pin.state() == pin_state::none && in_use) (void)device.pin.offer(identity_pin::unknown_key);
    device.next_key_is_its_own = false;
    return device.pin.offer(key ? *key : identity_pin::unknown_key) != pin_answer::refused;
}

void model::labels_changed(device_record& device) {
    refresh_offer(device);
    renderer_.changed(device);
    renderer_.render_now(device);
}

// ---- heartbeats ----

outcome model::put_heartbeat(std::string_view id, const heartbeat& body, const heartbeat_digest& told) {
    auto* device = find_exactly(id);
    if (device == nullptr || device->state != device_state::known) return outcome::not_found;
    const auto at = now_();
    const auto news = device->last.compare(told, at, heartbeat_period(*device));
    if (news == novelty::retried) {
        heard(*device);
        return outcome::ok;
    }
    // Hardware first: it may say what the device is to run.
    const auto hardware = absorb_hardware(*device, body.hardware, codec_);
    if (hardware.changed) keep(*device, aspect::hardware);
    if (hardware.noted) keep(*device, aspect::membership);
    if (hardware.labels) labels_changed(*device);
    const auto said = absorb_heartbeat(*device, body, workloads_of(entry_of(*device)), to_seconds(at));
    if (said.changed || said.noted) keep(*device, aspect::status);
    if (said.changed || hardware.changed) changed(*device);
    if (!body.playbooks.empty() && said.changed) refresh_offers({device});
    record_events(*device, body);
    device->last.remember(told, at);
    device->signs->set_quiet(body.events.empty() ? told : heartbeat_digest{});
    heard(*device);
    return outcome::ok;
}

void model::record_events(const device_record& device, const heartbeat& body) {
    for (const auto& each : body.events) {
        note(device, event_type_of(each.type), each.reason, each.message, "device");
    }
    if (body.events_dropped != 0) {
        note(device, event_type::warning, "EventsDropped",
             fmt::format("{} events of one heartbeat were left out", body.events_dropped));
    }
}

// A sign of life that only the device itself can give.
void model::heard(device_record& device) {
    note_heard(device);
    if (device.status.connection != connection::online) {
        set_connection(device, connection::online);
        watch(device);
    }
    certificate_used(device);
}

void model::called(std::string_view id) {
    auto* device = find_exactly(id);
    if (device != nullptr && device->state == device_state::known) certificate_used(*device);
}

void model::certificate_used(device_record& device) {
    if (device.pin.prove()) {
        changed(device);
        keep(device, aspect::membership);
        if (device.pin.state() == pin_state::ambiguous) tell_ambiguous(device);
    }
    if (device.status.not_polling && now() - device.signs->last_polled() < poll_silence.count()) {
        set_not_polling(device, false);
    }
    publish(device);
}

// A whole fleet can have been in use before it came here: that is an event of each device, and no line in the
// log.
void model::tell_ambiguous(const device_record& device) {
    const auto& keys = device.pin.keys();
    if (std::find(keys.begin(), keys.end(), identity_pin::unknown_key) != keys.end()) {
        return note(device, event_type::warning, "IdentityUnknown",
                    "registered, and is pinned to no key: it was in use before a key of it was known; reset "
                    "the identity to pin the next one");
    }
    tell(
        {edge_device::kind, {device.ns, device.id}}, event_type::warning, "IdentityAmbiguous",
        "several keys have been registered, and it cannot be told which is the device's; reset the identity, "
        "or choose one");
}

// ---- what does not happen ----

void model::tick() {
    const auto before = std::exchange(last_tick_, now());
    if (before != 0 && last_tick_ - before > longest_step.count()) jumped_ = last_tick_;
    if (last_tick_ < before) clock_was_set_back();
    wheel_.advance(last_tick_, [this](device_record& device) { due(device); });
    const auto trusted =
        std::max(started_, jumped_) + std::min(settings_.event_retention, grace_after_start).count();
    if (last_tick_ >= trusted) events_.expire(now_() - settings_.event_retention);
    table_.reclaim(); // what the last few changes left
}

// What was noted by it in the future would make silence last until then: it counts as of now.
void model::clock_was_set_back() {
    started_ = std::min(started_, last_tick_);
    jumped_ = std::min(jumped_, last_tick_);
    for (auto& [id, device] : records_) {
        auto& signs = *device.signs;
        if (signs.last_polled() > last_tick_) signs.polled(last_tick_);
        if (signs.last_heard() > last_tick_) {
            signs.heard(last_tick_);
            remember_heard(device, last_tick_);
        }
        watch(device);
    }
}

// How long the device may be silent before that means something; nothing if it may be for ever.
std::optional<std::chrono::seconds> model::patience_with(const device_record& device) const {
    switch (device.state) {
    case device_state::pending:
        if (device.asked || device.pin.state() != pin_state::none) return std::nullopt; // it was in before
        return settings_.pending_expiry;
    case device_state::known:
        if (device.status.connection != connection::online) return std::nullopt;
        return heartbeat_period(device) * static_cast<std::int64_t>(settings_.offline_after);
    case device_state::removed:
        return device.request ? settings_.pending_expiry : settings_.tombstone_retention;
    case device_state::denied: break;
    }
    return std::nullopt;
}

// Looks at the device again when it can be too late at the earliest; to be called when its patience changes.
void model::watch(device_record& device) {
    const auto patience = patience_with(device);
    if (!patience) return wheel_.cancel(device);
    wheel_.schedule(device, deadline(device, *patience));
}

// Nobody could be heard while the host was down, or in the time that the clock has jumped over: silence
// counts anew from there. What expires is gone for good, so a clock that is wrong must not make it: after a
// start, when there is nothing but the clock to tell how long that was, it has a while to be heard.
unix_seconds model::deadline(const device_record& device, std::chrono::seconds patience) const {
    const auto heard = device.signs->last_heard();
    if (device.state == device_state::known) {
        // Heartbeats that are not stored may go to another host; some of its polls come here.
        const auto polled = keeps_.times ? 0 : device.signs->last_polled();
        return std::max({heard, polled, started_, jumped_}) + patience.count();
    }
    return std::max(std::max(heard, jumped_) + patience.count(),
                    started_ + std::min(patience, grace_after_start).count());
}

void model::due(device_record& device) {
    const auto patience = patience_with(device);
    if (!patience) return;
    const bool silent = now() >= deadline(device, *patience);
    if (device.state != device_state::known) {
        if (!silent) return watch(device);
        if (device.state == device_state::pending || !device.request) return drop(device);
        device.request.reset(); // its tombstone stays
        device.hardware = {};
        keep(device, aspect::membership | aspect::hardware);
        watch(device);
        return changed(device);
    }
    if (silent) {
        set_connection(device, connection::offline);
        return publish(device);
    }
    const auto last_poll =
        std::max({device.signs->last_polled(), started_, jumped_, device.status.registered});
    if (now() - last_poll >= poll_silence.count()) set_not_polling(device, true);
    publish(device);
    watch(device);
}

void model::set_connection(device_record& device, connection now) {
    const auto before = std::exchange(device.status.connection, now);
    if (before == now) return;
    if (before == connection::offline) --counts_.offline;
    if (now == connection::offline) ++counts_.offline;
    changed(device);
    keep(device, aspect::status);
    if (now == connection::offline) {
        note(device, event_type::warning, "Offline",
             fmt::format("has not been heard for {} heartbeat periods", settings_.offline_after));
    } else if (now == connection::online) {
        note(device, event_type::normal, "Online", "is heard");
    }
}

void model::set_not_polling(device_record& device, bool now) {
    if (std::exchange(device.status.not_polling, now) == now) return;
    now ? ++counts_.not_polling : --counts_.not_polling;
    changed(device);
    keep(device, aspect::status);
    if (now) {
        note(device, event_type::warning, "NotPolling",
             "sends heartbeats and asks for no configuration: its certificate has probably expired; it can "
             "be neither configured nor removed until it registers again");
    } else {
        note(device, event_type::normal, "Polling", "asks for its configuration again");
    }
}

} // namespace edgeconf::fleet
