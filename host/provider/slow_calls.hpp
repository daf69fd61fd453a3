// When a provider that promised not to block has broken that promise too often.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace edgeconf::provider {

// The promise is 1 ms; from here on it is a breach.
inline constexpr std::chrono::milliseconds slow_call_limit{5};

// The state machine alone: the time is given in, nothing is locked.
//
// A sound provider's thread is now and then put aside by a busy machine in the middle of a call, so
// three slow calls within a minute are too many only if they are a hundredth of all calls meanwhile,
// or took a second together.
class slow_calls {
public:
    using time_point = std::chrono::steady_clock::time_point;

    // A slow call; true if they are too many now. `calls` counts all calls ever made, this one included.
    bool add(time_point now, std::chrono::nanoseconds took, std::uint64_t calls) noexcept;

private:
    static constexpr std::size_t too_many = 3;
    static constexpr std::chrono::minutes window{1};
    static constexpr std::chrono::seconds too_long{1};
    static constexpr std::uint64_t one_in = 100;

    struct call {
        time_point at;
        std::chrono::nanoseconds took{0};
        std::uint64_t number = 0;
    };

    std::array<call, too_many> last_{};
    std::uint64_t count_ = 0;
};

} // namespace edgeconf::provider
