#include "observe/health.hpp"

#include <utility>

namespace edgeconf::observe {

void health::provider_is(provider_state state, std::string reason) {
    const std::lock_guard lock{mutex_};
    state_ = state;
    reason_ = std::move(reason);
}

void health::breaker_is(bool open, std::string reason) {
    const std::lock_guard lock{mutex_};
    breaker_open_ = open;
    breaker_reason_ = std::move(reason);
}

void health::provider_demoted(std::string reason) {
    const std::lock_guard lock{mutex_};
    demoted_ = std::move(reason);
}

void health::started() {
    const std::lock_guard lock{mutex_};
    started_ = true;
}

void health::stopping() {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
}

health::verdict health::readiness() const {
    const std::lock_guard lock{mutex_};
    if (stopping_) return {false, "stopping"};
    if (!started_) return {false, "the provider has not started yet"};
    if (breaker_open_) return {false, "the provider is not asked: " + breaker_reason_};
    switch (state_) {
    case provider_state::ok:
        return {true, demoted_.empty() ? "ok" : "degraded: the provider is demoted: " + demoted_};
    case provider_state::degraded: return {true, "degraded: " + reason_};
    case provider_state::down: return {true, "the provider's back end is down: " + reason_};
    }
    return {false, reason_};
}

} // namespace edgeconf::observe
