// When waiting ends.
#pragma once

#include <algorithm>
#include <chrono>

#include <sys/time.h>

namespace edgeconf::ldap {

using deadline = std::chrono::steady_clock::time_point;

inline deadline after(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

inline bool has_passed(deadline until) { return until <= std::chrono::steady_clock::now(); }

// Not below 0.
inline std::chrono::milliseconds left_until(deadline until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return std::max(left, std::chrono::milliseconds{0});
}

inline timeval as_timeval(std::chrono::milliseconds time) {
    return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

} // namespace edgeconf::ldap
