// The last look at a device's configuration before it leaves.
#pragma once

#include "model/problem.hpp"

#include <string_view>

namespace edgeconf::codec {

// Whether `message` is a device-configuration-message that a device survives. Flotta's worker takes
// a 200 with anything missing at its word: without `workloads` it removes every workload, without
// `configuration` it crashes at each poll, without `heartbeat.hardware_profile` at the next
// heartbeat. Fails with errc::internal, naming what is missing.
result<void> check_configuration(std::string_view message, std::string_view device_id);

} // namespace edgeconf::codec
