#include "kept_fleet.hpp"

#include "fleet/device_document.hpp"

#include "support/catch.hpp"

#include <algorithm>

namespace edgeconf::fleet {

void kept_fleet::save(model& from) {
    const auto changes = from.unsaved();
    for (const auto number : changes.gone) devices_.erase(number);
    for (const auto& [device, stale] : changes.devices) {
        ++written_;
        auto& kept = devices_[device->number];
        REQUIRE((kept.id.empty() || kept.id == device->id));
        REQUIRE((!kept.id.empty() || has(device->unsaved, aspect::membership)));
        kept.id = device->id;
        if (has(device->unsaved, aspect::membership)) kept.membership = membership_document(*device);
        if (has(device->unsaved, aspect::status)) kept.status = status_document(*device);
        if (has(device->unsaved, aspect::hardware)) kept.hardware = device->hardware.known.bytes();
        if (has(device->unsaved, aspect::configuration)) {
            kept.stale = stale != nullptr ? std::make_shared<const shared_body>(*stale) : nullptr;
        }
    }
    for (const auto& [number, at] : changes.heard) {
        if (const auto found = devices_.find(number); found != devices_.end()) found->second.heard = at;
    }
    for (const auto id : changes.events_gone) events_.erase(id);
    for (const auto& each : changes.events) {
        const auto& what = each.what;
        events_[each.id] = {std::string{what.object.kind},
                            std::string{what.object.ns},
                            std::string{what.object.name},
                            std::string{what.reason},
                            std::string{what.message},
                            std::string{what.source},
                            each};
    }
    from.saved();
    REQUIRE_FALSE(from.has_unsaved());
}

void kept_fleet::restore_devices(model& into) const {
    for (const auto& [number, kept] : devices_) {
        into.restore(stored_device{number, kept.id, kept.membership, kept.status, kept.hardware, kept.heard,
                                   kept.stale});
    }
    std::vector<const kept_event*> in_order;
    for (const auto& [id, kept] : events_) in_order.push_back(&kept);
    std::sort(in_order.begin(), in_order.end(),
              [](const auto* a, const auto* b) { return a->what.sequence < b->what.sequence; });
    for (const auto* kept : in_order) {
        auto restored = kept->what;
        restored.what.object = {kept->kind, kept->ns, kept->name};
        restored.what.reason = kept->reason;
        restored.what.message = kept->message;
        restored.what.source = kept->source;
        into.restore(restored);
    }
}

} // namespace edgeconf::fleet
