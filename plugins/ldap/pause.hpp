// Waits that can be ended.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace edgeconf::ldap {

// Returns after `time`, or at once when `stop` is requested.
inline void pause(const std::stop_token& stop, std::chrono::milliseconds time) {
    std::mutex mutex;
    std::condition_variable_any ended;
    std::unique_lock lock{mutex};
    ended.wait_for(lock, stop, time, [] { return false; });
}

} // namespace edgeconf::ldap
