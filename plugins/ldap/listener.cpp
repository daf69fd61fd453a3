#include "ldap/listener.hpp"

#include <utility>

namespace edgeconf::ldap {

void listener::load(std::function<void(entry&&)> take) {
    sinks_ = {std::move(take), [](const entry_id&) {}, [] {}};
    current_as_of(std::chrono::steady_clock::now());
    follower_.load();
}

void listener::start(listener_sinks sinks) {
    sinks_ = std::move(sinks);
    follower_.start();
}

std::chrono::steady_clock::time_point listener::current() const {
    const std::lock_guard held{mutex_};
    return current_;
}

std::string listener::problem() const {
    const std::lock_guard held{mutex_};
    return problem_;
}

void listener::current_as_of(std::chrono::steady_clock::time_point when) {
    const std::lock_guard held{mutex_};
    current_ = when;
    problem_.clear();
}

void listener::cut_off(std::string_view why) {
    const std::lock_guard held{mutex_};
    problem_ = why;
}

} // namespace edgeconf::ldap
