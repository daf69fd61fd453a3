// What the host knows of how its provider does: for metrics.
#pragma once

#include "provider/violation.hpp"

#include <array>
#include <cstdint>

namespace edgeconf::provider {

// A snapshot. Counters only grow; each is exact, together they are not of one instant.
struct provider_statistics {
    std::uint64_t calls = 0;           // device calls that the provider was asked
    std::uint64_t in_flight = 0;       // of those, without an answer so far
    std::uint64_t queued = 0;          // waiting for a worker, or on one
    std::uint64_t deadline_misses = 0; // answered 504 by the host
    std::uint64_t refused = 0;         // answered 503 by the open breaker
    std::uint64_t breaker_openings = 0;
    std::array<std::uint64_t, violation_kinds> violations{}; // by violation
    std::uint64_t dropped_log_lines = 0;
    std::uint32_t stuck_threads = 0; // I/O threads inside the provider for more than a second
    bool breaker_open = false;
    bool demoted = false;
};

} // namespace edgeconf::provider
