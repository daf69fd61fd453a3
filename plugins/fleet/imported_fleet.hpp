// A fleet as it comes from elsewhere, checked: from another provider, another host, a cluster.
#pragma once

#include "fleet/hardware_codec.hpp"
#include "fleet/liveness.hpp"
#include "fleet/store.hpp"

#include <string>
#include <vector>

namespace edgeconf::fleet {

// Documents are those of device_document.hpp, and can be read.
struct imported_device {
    std::string id;
    std::string membership;
    std::string status; // empty: it has reported nothing
    compact_hardware hardware;
    unix_seconds heard = 0;
};

// Devices differ in more than the case of their ids (R19); none of the objects is an EdgeDevice or an
// EdgeDeviceSignedRequest: these are among the devices.
struct imported_fleet {
    std::vector<imported_device> devices;
    std::vector<stored_object> objects;
    std::vector<std::string> notes; // what was left out, and why; for the operator, without secrets
};

} // namespace edgeconf::fleet
