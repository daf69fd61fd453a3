// What a peer may take from a listener. The defaults fit Flotta's client with room to spare; each is
// a setting (docs/configuration.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace edgeconf {

struct connection_limits {
    std::uint32_t header_bytes = 16 * 1024; // the request line and all fields together
    std::size_t header_count = 64;          // fields; Flotta's client sends 7
    std::uint64_t body_bytes = 1024 * 1024; // an enrolment with hardware is about 21 KB
    std::size_t connections = 10'000;       // on all I/O threads together
    std::size_t connections_per_peer = 0;   // 0: no limit, for a fleet comes through a few addresses
    std::chrono::milliseconds handshake_time{10'000};
    std::chrono::milliseconds header_time{10'000}; // from the first byte of a request
    std::chrono::milliseconds body_time{30'000};
    std::chrono::milliseconds idle_time{120'000}; // between two requests; Go's client gives up after 90 s
    std::chrono::milliseconds write_time{30'000};
};

} // namespace edgeconf
