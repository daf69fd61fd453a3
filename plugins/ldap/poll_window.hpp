// Which stamps a poll has to ask for, and which of those that are found are nothing new.
#pragma once

#include "ldap/modify_stamp.hpp"

#include <chrono>
#include <optional>

namespace edgeconf::ldap {

// A second may bring further changes after it has been read, and servers' clocks differ by a little: each
// poll asks from two seconds before the newest stamp on. What is found by that with the stamp that it had is
// left out once the second is over: that is, after a poll that began two seconds after the newest stamp was
// seen first. Pure; times never go back.
class poll_window {
public:
    using clock = std::chrono::steady_clock;
    static constexpr modify_stamp margin = 2; // seconds

    void begin(clock::time_point now) noexcept;
    void saw(modify_stamp stamp, clock::time_point now) noexcept;
    void complete() noexcept { over_ = over_if_complete_; } // all that begin() was for has been read

    // Nothing if no stamp has been seen.
    std::optional<modify_stamp> since() const noexcept;

    // Whether no more changes get this stamp.
    bool over(modify_stamp stamp) const noexcept { return stamp != unknown_stamp && stamp <= over_; }

private:
    modify_stamp newest_ = unknown_stamp;
    clock::time_point newest_seen_{};
    modify_stamp over_ = unknown_stamp;
    modify_stamp over_if_complete_ = unknown_stamp;
};

} // namespace edgeconf::ldap
