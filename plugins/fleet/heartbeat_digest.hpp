// Telling heartbeats that say something from those that were there before, without reading them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace edgeconf::fleet {

// Half of a SHA-256. Nobody can make two bodies with the same one, so it needs no key, and one device's
// tells nothing false of another's. It costs a fraction of reading the body.
using heartbeat_digest = std::array<std::uint8_t, 16>;

// Of the bytes as they came: the Edge API's attempts are equal to the last byte.
heartbeat_digest digest_of(std::string_view body);

enum class novelty : std::uint8_t {
    changed,  // not what the device said last: to be read
    repeated, // said again a period later: its events happened again, all else is as it was
    retried,  // the Edge API's next attempt at what has been applied: nothing happened (R37)
};

// The heartbeat that was last applied of one device. Threads: none of its own, one caller at a time.
class last_heartbeat {
public:
    // How long after its first copy the same body is a retry. The Edge API's fourth and last attempt begins
    // up to three timeouts of 5 s and 300 ms of pauses after the first; but a device that is heard more
    // often than that may well mean it, so the window ends at three quarters of its period, and its next
    // heartbeat never falls into it. `period` as configured: 0 and less are the worker's 60 s (R23).
    static std::chrono::milliseconds retry_window(std::chrono::seconds period) noexcept;

    novelty compare(const heartbeat_digest& body, std::chrono::system_clock::time_point now,
                    std::chrono::seconds period) const noexcept;

    // After a body that was changed or repeated has been applied: one that failed has to be applied when it
    // is tried again.
    void remember(const heartbeat_digest& body, std::chrono::system_clock::time_point now) noexcept;

private:
    heartbeat_digest body_{}; // zeros, which no body has, before the first
    std::chrono::system_clock::time_point applied_;
};

} // namespace edgeconf::fleet
