// A device as the device calls see it.
#pragma once

#include "fleet/shared_body.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace edgeconf::fleet {

enum class device_state : std::uint8_t {
    pending, // asked to join, not approved yet
    denied,  // an administrator declined it
    known,   // its EdgeDevice exists
};

// Immutable once published. From the third member on, of known devices alone.
struct device_entry {
    std::string id;
    device_state state = device_state::pending;
    std::shared_ptr<const std::string> registration;  // {"namespace": "..."}
    std::shared_ptr<const shared_body> configuration; // the last good one; null if there never was one
    version_text version = {};                        // of the configuration
    std::shared_ptr<const std::string> problem;       // why the newest one could not be rendered, or null
    std::shared_ptr<const std::string> playbooks;     // a JSON array
};

} // namespace edgeconf::fleet
