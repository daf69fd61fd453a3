// What the fleet model remembers of one device: the writer's side, of which device_entry is the readers'.
#pragma once

#include "fleet/configured_device.hpp"
#include "fleet/deadline_wheel.hpp"
#include "fleet/device_entry.hpp"
#include "fleet/hardware_record.hpp"
#include "fleet/heartbeat_digest.hpp"
#include "fleet/identity_pin.hpp"
#include "fleet/objects.hpp"
#include "fleet/playbook_offers.hpp"
#include "fleet/wire_body.hpp"

#include <boost/intrusive/list_hook.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// Where time comes from; any thread, must not call back.
using clock_source = std::function<time_point()>;

// Asking to join (R2): Flotta's EdgeDeviceSignedRequest.
struct join_request {
    std::string ns;         // the target namespace
    std::string set;        // the target set; empty: none
    std::string model_name; // as the device said
    unix_seconds made = 0;
    unix_seconds decided = 0; // 0: pending (R6)
};

struct workload_status {
    shared_text name;
    shared_text phase; // podman's words (R37)
    unix_seconds since = 0;
    shared_text last_data_upload;
};

enum class connection : std::uint8_t {
    never, // has not been heard
    online,
    offline, // not heard for several of its heartbeat periods
};

// How a device is, as far as it has said (R35).
struct device_status {
    std::string phase;
    std::string version; // of the configuration that it last ran
    unix_seconds registered = 0;
    std::shared_ptr<const upgrade_report> upgrade;
    std::vector<workload_status> workloads; // those assigned to it that it reported, sorted by name
    fleet::connection connection = fleet::connection::never;
    bool in_use = false;      // was heard before a key of it was known; where `connection` is not stored
    bool not_polling = false; // sends heartbeats and asks for no configuration: its certificate has expired

    const workload_status* workload(std::string_view name) const; // or null
};

// The parts in which a device is stored: each is written as a whole when something in it has changed.
enum class aspect : std::uint8_t {
    none = 0,
    membership = 1,    // who it is, and whether it is in: never acknowledged before it is stored
    status = 2,        // what it has reported, hardware apart, and its playbooks
    hardware = 4,      // as reported
    configuration = 8, // the last good one, while the newest cannot be rendered (R30)
    all = 15,
};

constexpr aspect operator|(aspect a, aspect b) noexcept {
    return static_cast<aspect>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(aspect all, aspect one) noexcept {
    return (static_cast<std::uint8_t>(all) & static_cast<std::uint8_t>(one)) != 0;
}

// What an administrator gave a device as the spec of its EdgeDevice.
struct given_spec {
    std::string text; // JSON, as given
    own_settings settings;
};

// In the list of devices that have something to be stored.
using unsaved_hook =
    boost::intrusive::list_base_hook<boost::intrusive::tag<struct in_unsaved>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

struct device_record : configured_device, with_deadline, unsaved_hook {
    std::uint32_t number = 0; // another device's never, but after a restart that of one that is gone
    aspect unsaved = aspect::none;
    aspect dropped = aspect::none; // was unsaved, and overtaken; until what is stored is taken over
    std::uint8_t held_on = 0;      // so often has it been kept although it was overtaken; until it is saved
    device_state state = device_state::pending;
    std::unique_ptr<join_request> request;       // null: a manifest or an administrator brought it
    std::shared_ptr<const edge_device> manifest; // null: it came in otherwise
    std::shared_ptr<const signed_request> asked; // in a manifest, that is; null: in none
    std::shared_ptr<const given_spec> given;     // null: none; a manifest's goes before it
    label_map given_labels;                      // with its approval, or by an administrator
    label_map reported_labels;                   // from its hardware (R16)
    hardware_record hardware;
    identity_pin pin;
    bool next_key_is_its_own = false; // an administrator has reset the pin
    device_status status;
    last_heartbeat last;
    std::shared_ptr<liveness> signs;
    std::unique_ptr<playbook_offer> offer; // null: never had a label for one
    std::unique_ptr<device_entry> staged;  // what readers get to see once it is stored; null: nothing new
    std::uint64_t revision = 0;
};

// Makes `labels` what the manifest, the approval and the hardware say; a later one goes before an earlier.
// True when that changed anything.
bool refresh_labels(device_record& device);

// What a report of hardware or a heartbeat came to.
struct absorbed {
    bool changed = false; // something that an administrator can see, times apart
    bool labels = false;  // a label among it: what depends on labels has to be rendered anew
    bool noted = false;   // something that is stored and is no change: a time, what a label hides
};

// Remembers `reported`. Labels only ever come and change: a value that is no longer reported stays (R17).
absorbed absorb_hardware(device_record& device, const hardware_report& reported, hardware_codec& codec);

// Applies a heartbeat but for its hardware and events. Applying it again changes nothing. `assigned`, sorted,
// are the workloads that the device should run: others are ignored, and those that the device leaves out
// keep their phase.
absorbed absorb_heartbeat(device_record& device, const heartbeat& beat,
                          const std::vector<std::string>& assigned, unix_seconds now);

// How often the device means to be heard; Flotta's worker takes 60 s where nothing else is said (R23).
std::chrono::seconds heartbeat_period(const device_record& device);

} // namespace edgeconf::fleet
