#include "ldap/poll_window.hpp"

namespace edgeconf::ldap {

void poll_window::begin(clock::time_point now) noexcept {
    over_if_complete_ = now - newest_seen_ >= std::chrono::seconds{margin} ? newest_ : over_;
}

void poll_window::saw(modify_stamp stamp, clock::time_point now) noexcept {
    if (stamp <= newest_) return;
    newest_ = stamp;
    newest_seen_ = now;
}

std::optional<modify_stamp> poll_window::since() const noexcept {
    if (newest_ == unknown_stamp) return std::nullopt;
    return newest_ > margin ? newest_ - margin : 1;
}

} // namespace edgeconf::ldap
