// One part of the directory as it is heard: what a follower tells, and how old that is.
#pragma once

#include "ldap/follower.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace edgeconf::ldap {

// Called on the follower's thread.
struct listener_sinks {
    std::function<void(entry&&)> put;
    std::function<void(const entry_id&)> gone;
    std::function<void()> settled;
};

class listener final : follower_sink {
public:
    // `settings` live longer.
    listener(const settings& settings, followed_part part) : follower_{settings, std::move(part), *this} {}

    // All entries, on the calling thread. Throws directory_problem. Once.
    void load(std::function<void(entry&&)> take);

    // What happens from there on.
    void start(listener_sinks sinks);

    std::string_view method() const noexcept { return follower_.method(); }

    // Any thread: up to when all is known; why nothing more is heard, or empty.
    std::chrono::steady_clock::time_point current() const;
    std::string problem() const;

private:
    void put(entry&& now) override { sinks_.put(std::move(now)); }
    void gone(const entry_id& which) override { sinks_.gone(which); }
    void settled() override { sinks_.settled(); }
    void current_as_of(std::chrono::steady_clock::time_point when) override;
    void cut_off(std::string_view why) override;

    listener_sinks sinks_;
    mutable std::mutex mutex_;
    std::chrono::steady_clock::time_point current_{};
    std::string problem_;
    follower follower_; // last: its thread uses the rest
};

} // namespace edgeconf::ldap
