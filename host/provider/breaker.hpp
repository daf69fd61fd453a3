// When to stop asking a provider that keeps failing, and when to ask it again.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace edgeconf::provider {

// When the breaker opens: of at least `least_calls` since the first failure in the last `window`, at
// least `percent` failed.
struct breaker_policy {
    std::chrono::milliseconds window{10'000};
    std::uint32_t least_calls = 20;
    std::uint32_t percent = 50;
};

// The state machine alone: the time is given in, nothing is locked, nothing is logged.
//
// A failure is a missed deadline or a breach of contract; what a provider says honestly, "unavailable"
// included, never is one. Successes are not told one by one: `calls` counts all calls ever made, so
// that a call that went well costs no more than a counter.
class breaker {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::seconds probe_interval{1};
    static constexpr std::uint32_t successes_to_close = 3;

    explicit breaker(breaker_policy policy) noexcept : policy_{policy} {}

    bool is_open() const noexcept { return open_; }

    // A failure; true if it opens the breaker. `calls` includes the call that failed. While open, it
    // undoes the probes that went well.
    bool failed(time_point now, std::uint64_t calls) noexcept;

    // While open: whether this call may be made, to try. Then probed() or abandoned() follows before
    // there is another.
    bool may_probe(time_point now) noexcept;
    // How the probe went; true if that closes the breaker.
    bool probed(bool well) noexcept;
    // Nobody waited for how it went.
    void abandoned() noexcept { probing_ = false; }

private:
    static constexpr std::size_t bucket_count = 10;
    struct bucket {
        std::int64_t period = -1; // counted in tenths of the window
        std::uint64_t calls_before = 0;
        std::uint64_t failures = 0;
    };

    std::int64_t period_of(time_point now) const noexcept;

    breaker_policy policy_;
    std::array<bucket, bucket_count> buckets_{};
    bool open_ = false;
    bool probing_ = false;
    std::uint32_t successes_ = 0;
    time_point next_probe_{};
};

} // namespace edgeconf::provider
