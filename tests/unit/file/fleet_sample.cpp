#include "fleet_sample.hpp"

#include <fmt/format.h>

namespace edgeconf::file {

std::unique_ptr<fleet::device_record> sample_device(std::uint32_t number, std::string_view phase) {
    auto device = std::make_unique<fleet::device_record>();
    device->number = number;
    device->id = fmt::format("device-{}", number);
    device->ns = "plant-1";
    device->state = fleet::device_state::known;
    device->status.phase = phase;
    device->hardware.known = fleet::compact_hardware{fmt::format("packed {}", number) + std::string(3, '\0')};
    device->unsaved = fleet::aspect::all;
    return device;
}

fleet::manifest_file sample_file(const std::string& path, const std::vector<std::string>& objects) {
    fleet::manifest_file file;
    file.path = path;
    std::uint32_t line = 1;
    for (const auto& each : objects) {
        file.objects.push_back({line, each});
        line += 10;
    }
    file.content = fleet::sha256(fmt::format("{}", fmt::join(objects, "\n")));
    return file;
}

fleet::stored_object sample_object(fleet::object_kind kind, const std::string& name,
                                   const std::string& text) {
    return {{kind, {"plant-1", name}}, text};
}

fleet::event sample_event(std::uint64_t id, std::uint64_t count) {
    fleet::event made;
    made.what = {
        {"EdgeDevice", "plant-1", "device-1"}, fleet::event_type::warning, "Reason", "a message", "device"};
    made.id = id;
    made.sequence = id + count - 1;
    made.count = count;
    made.first = fleet::from_seconds(1'000) + std::chrono::microseconds{5};
    made.last = made.first + std::chrono::seconds{count};
    return made;
}

std::shared_ptr<const fleet::shared_body> sample_body(const std::string& content) {
    return fleet::restore_body(content, fleet::sha256("parts of " + content), {"agent", "probe"});
}

void fleet_found::manifests(const fleet::manifest_file& file) {
    ++shown;
    files.push_back(file);
}
void fleet_found::object(const fleet::stored_object& object) {
    ++shown;
    objects.push_back(object);
}
void fleet_found::device(const fleet::stored_device& device) {
    ++shown;
    devices[device.number] = {std::string{device.id},
                              std::string{device.membership},
                              std::string{device.status},
                              std::string{device.hardware},
                              device.heard,
                              device.stale};
}
void fleet_found::happened(const fleet::event& event) { events.push_back(text_of(event)); }

fleet_found load(fleet::store& store) {
    fleet_found found;
    store.load(found);
    return found;
}

std::string text_of(const fleet::event& event) {
    const auto microseconds = [](auto at) {
        return std::chrono::duration_cast<std::chrono::microseconds>(at.time_since_epoch()).count();
    };
    return fmt::format("{} {} {}/{}/{} {} {} {} {} x{} {} {}", event.id, event.sequence,
                       event.what.object.kind, event.what.object.ns, event.what.object.name,
                       event.what.type == fleet::event_type::warning ? "warning" : "normal",
                       event.what.reason, event.what.message, event.what.source, event.count,
                       microseconds(event.first), microseconds(event.last));
}

void save(fleet::store& store, const std::vector<const fleet::device_record*>& devices) {
    fleet::unsaved_changes changes;
    for (const auto* each : devices) changes.devices.push_back({each});
    store.save(changes);
}

} // namespace edgeconf::file
