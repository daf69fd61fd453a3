// Bodies that a device could send if it wanted to do harm, or was broken.
#pragma once

#include "check/trial.hpp"

#include <string>
#include <string_view>

namespace edgeconf::check {

// `sound`, a JSON object, with something done to it, by the trial's random numbers. What comes is one JSON
// object in UTF-8 of less than 1 MiB: more than that a host does not promise a provider.
std::string hostile_body(trial& in, std::string_view sound);

} // namespace edgeconf::check
