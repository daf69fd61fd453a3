#include "fleet/device_record.hpp"

#include "fleet/hardware.hpp"

#include <algorithm>
#include <utility>

namespace edgeconf::fleet {

namespace {

template <class T>
bool take_over(T& known, const T& reported) {
    if (known == reported) return false;
    known = reported;
    return true;
}

} // namespace

bool refresh_labels(device_record& device) {
    string_map labels;
    if (device.manifest) labels = device.manifest->labels;
    for (const auto* more : {&device.given_labels, &device.reported_labels}) {
        for (const auto& [key, value] : *more) labels.insert_or_assign(key, value);
    }
    return take_over(device.labels, labels);
}

absorbed absorb_hardware(device_record& device, const hardware_report& reported, hardware_codec& codec) {
    if (reported.hardware().empty()) return {};
    const auto change = absorb_report(device.hardware, reported, hardware_text_limit, codec);
    if (change == hardware_change::none) return {};
    for (auto& [label, value] : hardware_labels(reported.hardware())) {
        device.reported_labels.insert_or_assign(label, std::move(value));
    }
    return {true, refresh_labels(device)};
}

absorbed absorb_heartbeat(device_record& device, const heartbeat& beat,
                          const std::vector<std::string>& assigned, unix_seconds now) {
    auto& status = device.status;
    absorbed result;
    result.changed |= take_over(status.phase, beat.status);
    result.changed |= take_over(status.version, beat.version);
    result.changed |= take_over(status.upgrade, beat.upgrade);
    for (const auto& report : beat.workloads) {
        if (!std::binary_search(assigned.begin(), assigned.end(), report.name)) continue;
        auto& known = status.workloads.try_emplace(report.name).first->second;
        if (known.since == 0 || known.phase != report.status) {
            known.phase = report.status;
            known.since = now;
            result.changed = true;
        }
        known.last_data_upload = report.last_data_upload;
    }
    for (const auto& report : beat.playbooks) {
        if (device.offer && device.offer->history.report(report.name, report.status)) result.changed = true;
    }
    return result;
}

std::chrono::seconds heartbeat_period(const device_record& device) {
    static constexpr std::chrono::seconds usual{60};
    if (device.body == nullptr) return usual;
    const auto& settings = *device.body->settings->settings;
    const auto period = settings.heartbeat ? settings.heartbeat->period_seconds : 0;
    return period > 0 ? std::chrono::seconds{std::min<std::int64_t>(period, 86400)} : usual;
}

} // namespace edgeconf::fleet
