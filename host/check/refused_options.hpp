// Options that the provider refuses, found by trying.
#pragma once

#include "check/trial.hpp"

#include <ecp/provider.h>

#include <optional>
#include <string>

namespace edgeconf::check {

// The given options with one thing wrong, such that validate refuses them, or create where there is no
// validate; if possible ones that fit the schema, as a host's do. Nothing if all that was tried is taken.
std::optional<std::string> find_refused_options(trial& in, const ecp_provider& table);

} // namespace edgeconf::check
