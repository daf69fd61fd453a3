// What a new configuration asks of a host that is running on an old one.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <vector>

namespace edgeconf {

// The keys that differ and that only a restart can change; empty if a reload will do. Those that a
// reload does change: device-api.limits, .fuse, .heartbeats, .tls.admit-dns-names and .check-interval (and
// the TLS files' content), observe.log.level,
// provider.options.
std::vector<std::string> needs_restart(const config::settings& running, const config::settings& wanted);

} // namespace edgeconf
