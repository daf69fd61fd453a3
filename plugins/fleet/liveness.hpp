// When a device was last heard, as the calls of devices see it: written by readers of the device table, so
// that a device that has nothing new to say costs the writer nothing.
#pragma once

#include "fleet/heartbeat_digest.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace edgeconf::fleet {

using time_point = std::chrono::system_clock::time_point;

// Seconds since the epoch; 0: never. Small enough for an atomic.
using unix_seconds = std::int64_t;

inline unix_seconds to_seconds(time_point at) noexcept {
    return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}
inline time_point from_seconds(unix_seconds at) noexcept { return time_point{std::chrono::seconds{at}}; }

// Any thread. Of one device; shared by its record and its entries.
class liveness {
public:
    void heard(unix_seconds now) noexcept { heard_.store(now, std::memory_order_relaxed); }
    void polled(unix_seconds now) noexcept { polled_.store(now, std::memory_order_relaxed); }

    unix_seconds last_heard() const noexcept { return heard_.load(std::memory_order_relaxed); }
    unix_seconds last_polled() const noexcept { return polled_.load(std::memory_order_relaxed); }

    // The body that may come again and changes nothing but the time: a heartbeat without events, or, of a
    // device that waits for an administrator, an enrolment. The writer sets it; a reader that sees half of a
    // change takes the heartbeat for a new one.
    void set_quiet(const heartbeat_digest& body) noexcept {
        const auto [low, high] = halves(body);
        low_.store(low, std::memory_order_relaxed);
        high_.store(high, std::memory_order_relaxed);
    }
    bool is_quiet(const heartbeat_digest& body) const noexcept {
        const auto [low, high] = halves(body);
        return low_.load(std::memory_order_relaxed) == low && high_.load(std::memory_order_relaxed) == high;
    }

private:
    struct two {
        std::uint64_t low;
        std::uint64_t high;
    };
    static two halves(const heartbeat_digest& body) noexcept {
        two made{};
        std::memcpy(&made, body.data(), sizeof made);
        return made;
    }

    std::atomic<unix_seconds> heard_{0};  // heartbeats; of a device that waits, its enrolments
    std::atomic<unix_seconds> polled_{0}; // configurations asked for
    std::atomic<std::uint64_t> low_{0};
    std::atomic<std::uint64_t> high_{0};
};

} // namespace edgeconf::fleet
