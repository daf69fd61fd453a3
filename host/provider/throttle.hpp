// How many lines may be written: a token bucket that counts what it turns away.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace edgeconf::provider {

// The time is given in, nothing is locked. Full at the beginning.
class throttle {
public:
    using time_point = std::chrono::steady_clock::time_point;

    throttle(std::uint32_t each_second, std::uint32_t burst) noexcept
        : each_second_{static_cast<double>(each_second)}, burst_{static_cast<double>(burst)}, tokens_{
                                                                                                  burst_} {}

    bool admit(time_point now) noexcept {
        const std::chrono::duration<double> gone = now - filled_;
        if (gone.count() > 0) {
            tokens_ = std::min(burst_, tokens_ + gone.count() * each_second_);
            filled_ = now;
        }
        if (tokens_ < 1) {
            ++dropped_;
            return false;
        }
        tokens_ -= 1;
        return true;
    }

    // How many were turned away since this was asked last.
    std::uint64_t take_dropped() noexcept { return std::exchange(dropped_, 0); }

private:
    double each_second_;
    double burst_;
    double tokens_;
    std::uint64_t dropped_ = 0;
    time_point filled_{};
};

} // namespace edgeconf::provider
