// A device as the device calls see it.
#pragma once

#include "fleet/liveness.hpp"
#include "fleet/shared_body.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf::fleet {

enum class device_state : std::uint8_t {
    pending, // asked to join, not approved yet
    denied,  // an administrator declined it; outlives everything but an approval (R7a)
    known,   // its EdgeDevice exists
    removed, // an administrator removed it, and it is told so; outlives everything but an approval (R7a)
};

// Immutable once published, but for the signs of life.
struct device_entry {
    std::string id;
    device_state state = device_state::pending;
    bool calls_matter = false;       // the writer waits for its next call, even one that changes nothing
    std::uint32_t number = 0;        // the device's
    std::shared_ptr<liveness> signs; // null for a device that is denied or removed

    // Of known devices.
    std::shared_ptr<const std::string> registration;  // {"namespace": "..."}
    std::shared_ptr<const shared_body> configuration; // the last good one; null if there never was one
    version_text version = {};                        // of the configuration
    std::shared_ptr<const std::string> problem;       // why the newest one could not be rendered, or null
    std::shared_ptr<const std::string> playbooks;     // a JSON array
};

// Names of the workloads that the device should run, sorted; none without an entry or a configuration.
inline const std::vector<std::string>& workloads_of(const device_entry* entry) noexcept {
    static const std::vector<std::string> none;
    return entry != nullptr && entry->configuration ? entry->configuration->workloads : none;
}

// The last good configuration while the newest cannot be rendered (R30), or null.
inline const shared_body* stale_body(const device_entry* entry) noexcept {
    return entry != nullptr && entry->problem ? entry->configuration.get() : nullptr;
}

} // namespace edgeconf::fleet
