#include "fleet/device_record.hpp"

#include "fleet/hardware.hpp"

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t hardware_limit = 64u << 10; // three times what a large device sends

} // namespace

bool refresh_labels(device_record& device) {
    string_map labels;
    if (device.manifest) labels = device.manifest->labels;
    for (const auto* more : {&device.given_labels, &device.reported_labels}) {
        for (const auto& [key, value] : *more) labels.insert_or_assign(key, value);
    }
    if (labels == device.labels) return false;
    device.labels = std::move(labels);
    return true;
}

bool absorb_hardware(device_record& device, const boost::json::object& reported) {
    if (reported.empty()) return false;
    device.status.hardware = merge_hardware(device.status.hardware, reported, hardware_limit);
    for (auto& [label, value] : hardware_labels(reported)) {
        device.reported_labels.insert_or_assign(label, std::move(value));
    }
    return refresh_labels(device);
}

void absorb_heartbeat(device_status& status, const heartbeat& beat, const std::vector<std::string>& assigned,
                      time_point now) {
    status.last_seen = now;
    status.phase = beat.status;
    status.version = beat.version;
    status.upgrade = beat.upgrade;
    for (const auto& report : beat.workloads) {
        if (!std::binary_search(assigned.begin(), assigned.end(), report.name)) continue;
        auto [at, first] = status.workloads.try_emplace(report.name);
        auto& known = at->second;
        if (first || known.phase != report.status) {
            known.phase = report.status;
            known.since = now;
        }
        known.last_data_upload = report.last_data_upload;
    }
}

} // namespace edgeconf::fleet
