#include "provider/breaker.hpp"

#include <algorithm>
#include <limits>

namespace edgeconf::provider {

std::int64_t breaker::period_of(time_point now) const noexcept {
    const auto length = std::max<std::chrono::nanoseconds>(
        policy_.window / static_cast<std::int64_t>(bucket_count), std::chrono::nanoseconds{1});
    return now.time_since_epoch() / length;
}

bool breaker::failed(time_point now, std::uint64_t calls) noexcept {
    if (open_) {
        successes_ = 0;
        return false;
    }
    const auto period = period_of(now);
    auto& current = buckets_[static_cast<std::size_t>(period) % bucket_count];
    if (current.period != period) current = {period, calls == 0 ? 0 : calls - 1, 0};
    ++current.failures;

    std::uint64_t failures = 0;
    auto calls_before = std::numeric_limits<std::uint64_t>::max();
    for (const auto& b : buckets_) {
        if (b.period < 0 || b.period <= period - static_cast<std::int64_t>(bucket_count)) continue;
        failures += b.failures;
        calls_before = std::min(calls_before, b.calls_before);
    }
    const auto made = calls > calls_before ? calls - calls_before : 0;
    if (made < policy_.least_calls || failures * 100 < made * policy_.percent) return false;
    open_ = true;
    probing_ = false;
    successes_ = 0;
    next_probe_ = now + probe_interval;
    return true;
}

bool breaker::may_probe(time_point now) noexcept {
    if (!open_ || probing_ || now < next_probe_) return false;
    probing_ = true;
    next_probe_ = now + probe_interval;
    return true;
}

bool breaker::probed(bool well) noexcept {
    if (!open_) return false;
    probing_ = false;
    successes_ = well ? successes_ + 1 : 0;
    if (successes_ < successes_to_close) return false;
    open_ = false;
    buckets_ = {};
    return true;
}

} // namespace edgeconf::provider
