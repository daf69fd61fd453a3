// Whether this process should live and whether it should be asked: the facts behind /livez and /readyz.
#pragma once

#include <mutex>
#include <string>

namespace edgeconf::observe {

enum class provider_state { ok, degraded, down };

// Thread-safe. Written by the host's life cycle and the provider's set_health.
class health {
public:
    // The provider's start succeeded; before that the host is not ready, whatever the provider says.
    void started();
    void provider_is(provider_state state, std::string reason);
    // Open: the provider is not asked, so the host is not ready.
    void breaker_is(bool open, std::string reason);
    // The provider broke its promise not to block; it is served by workers for good. Degraded.
    void provider_demoted(std::string reason);
    // Ready ends when the host begins to stop, so that a balancer looks elsewhere while requests in
    // flight are finished.
    void stopping();

    struct verdict {
        bool ready = false;
        std::string reason; // one line for a person; "ok" when there is nothing to say
    };
    // Degraded is ready: devices are better served from what is known than not at all. So is down,
    // once a provider has started: it answers from its memory or says 503 itself.
    verdict readiness() const;

private:
    mutable std::mutex mutex_;
    provider_state state_ = provider_state::ok; // as a provider that says nothing means it
    std::string reason_;
    std::string demoted_;
    std::string breaker_reason_;
    bool breaker_open_ = false;
    bool started_ = false;
    bool stopping_ = false;
};

} // namespace edgeconf::observe
