#include "rest-proxy/circuit_breaker.hpp"

namespace edgeconf::rest_proxy {

circuit_breaker::circuit_breaker(const breaker_settings& settings)
    : settings_{settings}, slice_time_{clock::duration{settings.window} / 10} {}

circuit_breaker::slice& circuit_breaker::current(clock::time_point now) {
    const auto number = now.time_since_epoch() / slice_time_;
    auto& at = slices_[static_cast<std::size_t>(number) % slices_.size()];
    if (at.number != number) at = {number, 0, 0};
    return at;
}

circuit_breaker::state circuit_breaker::now(clock::time_point now) const noexcept {
    if (!open_) return state::closed;
    return now - opened_ < settings_.open_time ? state::open : state::half_open;
}

bool circuit_breaker::would_admit(clock::time_point now_is) const noexcept {
    switch (now(now_is)) {
    case state::closed: return true;
    case state::half_open: return !trying_;
    case state::open: break;
    }
    return false;
}

circuit_breaker::call circuit_breaker::admit(clock::time_point now_is) {
    if (!would_admit(now_is)) return call::refused;
    if (!open_) return call::usual;
    trying_ = true;
    return call::trial;
}

void circuit_breaker::succeeded(call what, clock::time_point now) {
    if (open_) {
        if (what != call::trial) return; // one of those that were under way when it opened
        // From here on everything counts anew.
        open_ = false;
        trying_ = false;
        slices_ = {};
    }
    ++current(now).calls;
}

void circuit_breaker::failed(call what, clock::time_point now) {
    if (open_) {
        if (what == call::trial) open(now);
        return; // one of those that were under way when it opened
    }
    auto& at = current(now);
    ++at.calls;
    ++at.failures;
    const auto oldest = at.number - static_cast<std::chrono::nanoseconds::rep>(slices_.size());
    std::size_t calls = 0;
    std::size_t failures = 0;
    for (const auto& s : slices_) {
        if (s.number <= oldest) continue;
        calls += s.calls;
        failures += s.failures;
    }
    if (calls >= settings_.calls && failures * 100 >= settings_.failures_percent * calls) open(now);
}

void circuit_breaker::open(clock::time_point now) {
    open_ = true;
    trying_ = false;
    opened_ = now;
}

} // namespace edgeconf::rest_proxy
