#include "observe/health.hpp"

#include <utility>

namespace edgeconf::observe {

void health::provider_is(provider_state state, std::string reason) {
    const std::lock_guard lock{mutex_};
    state_ = state;
    reason_ = std::move(reason);
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
    switch (state_) {
    case provider_state::ok: return {true, "ok"};
    case provider_state::degraded: return {true, "degraded: " + reason_};
    case provider_state::down: return {true, "the provider's back end is down: " + reason_};
    }
    return {false, reason_};
}

} // namespace edgeconf::observe
