// Bodies that a device could send if it wanted to do harm, or was broken.
#pragma once

#include "check/trial.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

// What comes is one JSON object in UTF-8 of less than 1 MiB each time: more than that a host does not promise
// a provider. `sound` is a JSON object, too.

// The worst of their kinds: as deep, long, large or odd as a body can be.
std::vector<std::string> worst_bodies(std::string_view sound);

// `sound` with something done to it, by the trial's random numbers.
std::string hostile_body(trial& in, std::string_view sound);

} // namespace edgeconf::check
