// Made-up hardware that looks like what a fleet sends: for tests and measurements. The same index gives the
// same hardware on every machine. Pure functions, from any thread.
#pragma once

#include <boost/json/object.hpp>

#include <cstddef>

namespace edgeconf::fleet {

// The hardware-info of the `index`-th device of a mixed fleet, in the wire's spelling and with members in
// the order in which Flotta's devices send them; about 20 KB as text. Five models in three OS images each.
// Devices of one image differ in what is a device's own (names, addresses, serial numbers), in what is
// plugged in, and in the containers that run.
boost::json::object sample_hardware(std::size_t index);

// As large and of the same shape, but every text is random: what a device makes up that wants to be a burden.
boost::json::object noisy_hardware(std::size_t index);

} // namespace edgeconf::fleet
