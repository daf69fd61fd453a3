// What devices send, made up: the formats are Flotta's (swagger-backend.yaml).
#pragma once

#include "check/instance.hpp"
#include "check/trial.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

// "check-5f3a...": of no fleet. The words tell an operator who asks for it.
std::string made_up_device(trial& in);

// An id that nobody has ever enrolled: "unknown-5f3a...".
std::string unknown_device(trial& in);

std::string enrolment_body();
// With a certificate request for a new key of the device's, so that each is another one.
std::string registration_body(std::string_view device_id);
std::string heartbeat_body();
// A little less than 1 MiB each, of what there may be many in a body.
std::string large_enrolment_body();
std::string large_heartbeat_body();

// One request of each of the six calls, as a device makes them, whether the provider has the call or not.
std::vector<device_request> one_of_each(std::string_view device_id);

// A device that the provider serves: the first of --device, or else one that it takes at once. Nothing
// where there is none.
std::optional<std::string> find_known_device(trial& in, instance& of);
// The same; skips the check where there is none.
std::string known_device(trial& in, instance& of);
// The first 16 of --device; where these are fewer than two, those that it takes at once make up for it if
// there are any. Skips the check where there is none.
std::vector<std::string> known_devices(trial& in, instance& of);

} // namespace edgeconf::check
