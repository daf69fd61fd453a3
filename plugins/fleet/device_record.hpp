// What the fleet model remembers of one device: the writer's side, of which device_entry is the readers'.
#pragma once

#include "fleet/device_table.hpp"
#include "fleet/objects.hpp"
#include "fleet/wire_body.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::fleet {

using time_point = std::chrono::system_clock::time_point;

// Where time comes from; called under the model's lock, so it must not call back.
using clock_source = std::function<time_point()>;

struct workload_status {
    std::string phase;
    time_point since; // when the phase last changed
    std::string last_data_upload;
};

// How a device is, as far as it has said (R35).
struct device_status {
    std::string ns; // pending: where it wants to be
    device_state state = device_state::pending;
    string_map labels;
    std::string model_name;
    std::string hardware; // JSON in the wire's spelling, or empty
    std::string phase;
    std::string version; // of the configuration that it last ran
    std::optional<time_point> registered;
    std::optional<time_point> last_seen;
    std::optional<upgrade_report> upgrade;
    std::map<std::string, workload_status, std::less<>> workloads; // those assigned to it that it reported
};

struct device_record {
    device_status status;
    const device_settings* settings = nullptr; // the catalogue's
};

// Remembers `reported`; true when a label changed, so that what depends on labels has to be rendered anew.
// Labels only ever come and change: a value that is no longer reported stays (R17).
bool absorb_hardware(device_status& status, const boost::json::object& reported);

// Applies a heartbeat but for its hardware. Applying it again changes nothing else than the time.
// `assigned`, sorted, are the workloads that the device should run: others are ignored, and those that the
// device leaves out keep their phase.
void absorb_heartbeat(device_status& status, const heartbeat& beat, const std::vector<std::string>& assigned,
                      time_point now);

} // namespace edgeconf::fleet
