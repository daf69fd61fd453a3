// What administrators do to devices.
#include "fleet/model.hpp"

#include <string>

namespace edgeconf::fleet {

outcome model::approve(std::string_view id, std::string_view ns, std::string_view set,
                       std::string_view actor) {
    auto* device = find(id);
    if (device != nullptr && device->id != id) return outcome::case_twin;
    if (device != nullptr && device->state == device_state::known) return outcome::ok;
    std::string target{ns};
    if (target.empty() && device != nullptr) target = device->request ? device->request->ns : device->ns;
    if (target.empty()) return outcome::not_found; // nobody has ever said where it belongs
    if (device == nullptr) device = &add(id);
    // What was known of the one that was denied or removed is not the new one's.
    if (device->state != device_state::pending) device->pin.reset();
    const std::string asked_set = device->request ? device->request->set : std::string{};
    ask(*device, target, set.empty() ? std::string_view{asked_set} : set);
    move(*device, device->manifest ? device->manifest->name.ns : target);
    note(*device, event_type::normal, "Approved", "was let in", actor);
    admit(*device);
    renderer_.render_now(*device);
    return outcome::ok;
}

outcome model::deny(std::string_view id, std::string_view actor) {
    auto* device = find(id);
    if (device != nullptr && device->id != id) return outcome::case_twin;
    if (device == nullptr) device = &add(id);
    if (device->state == device_state::denied) return outcome::ok;
    if (device->state == device_state::removed) return outcome::not_approved;
    if (device->request) device->request->decided = now();
    note(*device, event_type::warning, "Denied", "was declined", actor);
    leave(*device, device_state::denied);
    return outcome::ok;
}

outcome model::decommission(std::string_view id, std::string_view actor) {
    auto* device = find(id);
    if (device != nullptr && device->id != id) return outcome::case_twin;
    if (device == nullptr) device = &add(id);
    if (device->manifest) return outcome::in_manifest;
    if (device->state == device_state::removed) return outcome::ok;
    if (device->state == device_state::denied) return outcome::denied;
    note(*device, event_type::warning, "Removed", "was removed, and is told to wipe itself", actor);
    leave(*device, device_state::removed);
    strip(*device);
    return outcome::ok;
}

// Of all that it has said or been given.
void model::strip(device_record& device) {
    device.request.reset();
    device.hardware = {};
    device.given_labels.clear();
    device.reported_labels.clear();
    refresh_labels(device);
    device.given.reset();
    keep(device, aspect::membership | aspect::hardware);
    watch(device);
    changed(device);
}

outcome model::forget(std::string_view id, std::string_view actor) {
    auto* device = find_exactly(id);
    if (device == nullptr) return outcome::not_found;
    if (device->manifest || device->asked) return outcome::in_manifest;
    if (device->state == device_state::denied || device->state == device_state::removed) {
        strip(*device);
        device->pin.reset();
        note(*device, event_type::normal, "Forgotten", "was forgotten, its denial or removal apart", actor);
        return outcome::ok;
    }
    drop(*device);
    return outcome::ok;
}

outcome model::reset_identity(std::string_view id, std::string_view actor) {
    auto* device = find_exactly(id);
    if (device == nullptr || device->state != device_state::known) return outcome::not_found;
    device->pin.reset();
    device->next_key_is_its_own = true;
    changed(*device);
    keep(*device, aspect::membership);
    note(*device, event_type::normal, "IdentityReset", "the next key that registers is the device's", actor);
    publish(*device);
    return outcome::ok;
}

} // namespace edgeconf::fleet
