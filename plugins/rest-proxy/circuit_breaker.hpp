// Whether an upstream is worth asking: after too many failures it is left alone for a while, then tried
// with one call.
#pragma once

#include "rest-proxy/settings.hpp"

#include <array>
#include <chrono>
#include <cstddef>

namespace edgeconf::rest_proxy {

using clock = std::chrono::steady_clock;

// Not thread-safe. Times never go back.
class circuit_breaker {
public:
    enum class state { closed, open, half_open };

    explicit circuit_breaker(const breaker_settings& settings);

    // What is admitted: a call like all others, or, half open, the one that decides.
    enum class call { refused, usual, trial };

    // Each call but a refused one has to be followed by succeeded(), failed() or withdrawn(), which are told
    // what it was.
    call admit(clock::time_point now);
    bool would_admit(clock::time_point now) const noexcept;
    // Once it is open, only the trial says anything.
    void succeeded(call what, clock::time_point now);
    void failed(call what, clock::time_point now);
    // The call says nothing of the upstream: it was cancelled, or could not be made.
    void withdrawn(call what) noexcept {
        if (what == call::trial) trying_ = false;
    }

    state now(clock::time_point now) const noexcept;

private:
    // A tenth of the window each.
    struct slice {
        std::chrono::nanoseconds::rep number = -1;
        std::size_t calls = 0;
        std::size_t failures = 0;
    };
    slice& current(clock::time_point now);
    void open(clock::time_point now);

    breaker_settings settings_;
    clock::duration slice_time_;
    std::array<slice, 10> slices_;
    bool open_ = false;
    bool trying_ = false;
    clock::time_point opened_{};
};

} // namespace edgeconf::rest_proxy
