// What the fleet model remembers of one device: the writer's side, of which device_entry is the readers'.
#pragma once

#include "fleet/configured_device.hpp"
#include "fleet/device_entry.hpp"
#include "fleet/objects.hpp"
#include "fleet/playbook_offers.hpp"
#include "fleet/wire_body.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::fleet {

using time_point = std::chrono::system_clock::time_point;

// Where time comes from; must not call back.
using clock_source = std::function<time_point()>;

struct workload_status {
    std::string phase;
    time_point since; // when the phase last changed
    std::string last_data_upload;
};

// How a device is, as far as it has said (R35).
struct device_status {
    device_state state = device_state::pending;
    std::string model_name;
    std::string hardware; // JSON in the wire's spelling, or empty
    std::string phase;
    std::string version; // of the configuration that it last ran
    std::optional<time_point> registered;
    std::optional<time_point> last_seen;
    std::optional<upgrade_report> upgrade;
    std::map<std::string, workload_status, std::less<>> workloads; // those assigned to it that it reported
};

struct device_record : configured_device {
    device_status status;
    std::shared_ptr<const edge_device> manifest; // null: it came in otherwise
    string_map given_labels;                     // with its approval
    string_map reported_labels;                  // from its hardware (R16)
    std::unique_ptr<playbook_offer> offer;       // null: never had a label for one
    std::uint64_t revision = 0;
};

// Makes `labels` what the manifest, the approval and the hardware say; a later one goes before an earlier.
// True when that changed anything.
bool refresh_labels(device_record& device);

// Remembers `reported`; true when a label changed, so that what depends on labels has to be rendered anew.
// Labels only ever come and change: a value that is no longer reported stays (R17).
bool absorb_hardware(device_record& device, const boost::json::object& reported);

// Applies a heartbeat but for its hardware. Applying it again changes nothing else than the time.
// `assigned`, sorted, are the workloads that the device should run: others are ignored, and those that the
// device leaves out keep their phase.
void absorb_heartbeat(device_status& status, const heartbeat& beat, const std::vector<std::string>& assigned,
                      time_point now);

} // namespace edgeconf::fleet
