#include "kept_fleet.hpp"

#include "fleet/device_document.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <stdexcept>

namespace edgeconf::fleet {

namespace {

class into_model final : public store_visitor {
public:
    explicit into_model(model& fleet) : fleet_{fleet} {}
    void manifests(const manifest_file&) override {}
    void object(const stored_object&) override {}
    void device(const stored_device& device) override { fleet_.restore(device); }
    void happened(const event& event) override { fleet_.restore(event); }

private:
    model& fleet_;
};

} // namespace

void kept_fleet::save(const unsaved_changes& changes) {
    for (const auto number : changes.gone) devices_.erase(number);
    for (const auto& each : changes.devices) save_device(each);
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
    for (const auto& each : changes.objects_gone) objects_.erase(each);
    for (const auto* each : changes.objects) objects_.insert_or_assign(each->key, *each);
    for (const auto& path : changes.manifests.removed) files_.erase(path);
    for (const auto* file : changes.manifests.put) files_.insert_or_assign(file->path, *file);
}

void kept_fleet::save_device(const device_update& update) {
    const auto& device = *update.device;
    ++written_;
    auto& kept = devices_[device.number];
    if (!kept.id.empty() && kept.id != device.id) throw std::logic_error{"a number of another device"};
    if (kept.id.empty() && !has(device.unsaved, aspect::membership)) {
        throw std::logic_error{"a device without its membership"};
    }
    kept.id = device.id;
    if (has(device.unsaved, aspect::membership)) kept.membership = membership_document(device);
    if (has(device.unsaved, aspect::status)) kept.status = status_document(device);
    if (has(device.unsaved, aspect::hardware)) kept.hardware = device.hardware.known.bytes();
    if (has(device.unsaved, aspect::configuration)) {
        kept.stale = update.stale != nullptr ? std::make_shared<const shared_body>(*update.stale) : nullptr;
    }
}

void kept_fleet::save(model& from) {
    save(from.unsaved());
    from.saved();
    REQUIRE_FALSE(from.has_unsaved());
}

void kept_fleet::load(store_visitor& to) const {
    load_events(to);
    for (const auto& [path, file] : files_) to.manifests(file);
    for (const auto& [key, object] : objects_) to.object(object);
    load_devices(to);
}

void kept_fleet::restore_devices(model& into) const {
    into_model to{into};
    load_events(to);
    load_devices(to);
}

void kept_fleet::load_devices(store_visitor& to) const {
    for (const auto& [number, kept] : devices_) {
        to.device(stored_device{number, kept.id, kept.membership, kept.status, kept.hardware, kept.heard,
                                kept.stale});
    }
}

void kept_fleet::load_events(store_visitor& to) const {
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
        to.happened(restored);
    }
}

unix_seconds kept_fleet::heard(std::string_view id) const {
    for (const auto& [number, kept] : devices_) {
        if (kept.id == id) return kept.heard;
    }
    return 0;
}

} // namespace edgeconf::fleet
