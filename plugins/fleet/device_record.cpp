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

bool by_name(const workload_status& one, std::string_view name) { return one.name.get() < name; }

workload_status& remembered(device_status& status, const std::string& name) {
    auto at = std::lower_bound(status.workloads.begin(), status.workloads.end(), name, by_name);
    if (at == status.workloads.end() || at->name.get() != name) {
        at = status.workloads.insert(at, {shared_text{name}, {}, 0, {}});
    }
    return *at;
}

} // namespace

const workload_status* device_status::workload(std::string_view name) const {
    const auto at = std::lower_bound(workloads.begin(), workloads.end(), name, by_name);
    return at != workloads.end() && at->name.get() == name ? &*at : nullptr;
}

bool refresh_labels(device_record& device) {
    label_map labels;
    if (device.manifest) labels = device.manifest->labels;
    labels.set(device.given_labels);
    labels.set(device.reported_labels);
    return take_over(device.labels, labels);
}

absorbed absorb_hardware(device_record& device, const hardware_report& reported, hardware_codec& codec) {
    if (reported.hardware().empty()) return {};
    const auto change = absorb_report(device.hardware, reported, hardware_text_limit, codec);
    // Hardware that came with the enrolment is no news, but has made no labels yet.
    const auto before = device.reported_labels;
    device.reported_labels.set(hardware_labels(reported.hardware()));
    const bool labels = refresh_labels(device);
    return {labels || change != hardware_change::none, labels, device.reported_labels != before};
}

absorbed absorb_heartbeat(device_record& device, const heartbeat& beat,
                          const std::vector<std::string>& assigned, unix_seconds now) {
    auto& status = device.status;
    absorbed result;
    result.changed |= take_over(status.phase, beat.status);
    result.changed |= take_over(status.version, beat.version);
    if (status.upgrade ? beat.upgrade != *status.upgrade : beat.upgrade.has_value()) {
        status.upgrade = beat.upgrade ? std::make_shared<const upgrade_report>(*beat.upgrade) : nullptr;
        result.changed = true;
    }
    for (const auto& report : beat.workloads) {
        if (!std::binary_search(assigned.begin(), assigned.end(), report.name)) continue;
        auto& known = remembered(status, report.name);
        if (known.since == 0 || known.phase.get() != report.status) {
            known.phase = report.status;
            known.since = now;
            result.changed = true;
        }
        if (known.last_data_upload.get() != report.last_data_upload) {
            known.last_data_upload = report.last_data_upload;
            result.noted = true;
        }
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
