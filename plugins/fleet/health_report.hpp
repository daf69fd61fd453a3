// What is wrong with a provider at the moment, put together to the one line that the host shows.
#pragma once

#include <ecp/provider.hpp>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace edgeconf::fleet {

// The gravest first.
enum class trouble : std::uint8_t {
    model,      // is in no known state: only a restart helps
    absent,     // the store has not been reached yet
    store,      // cannot be written
    manifests,  // are wrong or cannot be read; the accepted ones stay
    removals,   // more is gone from the manifests than is believed
    following,  // what others change in a shared store is not seen
    departures, // more devices are gone from a shared store than is believed
    left_out,   // what others wrote to a shared store is wrong, and what was accepted before stays
    references, // configurations refer to what is missing
};

// Any thread.
class health_report {
public:
    explicit health_report(ecp::host host) : host_{host} {}

    void set(trouble what, std::string words) {
        const std::lock_guard held{mutex_};
        auto& known = troubles_[what];
        if (std::exchange(known, std::move(words)) != known) tell();
    }
    void clear(trouble what) {
        const std::lock_guard held{mutex_};
        if (troubles_.erase(what) != 0) tell();
    }

private:
    void tell() const {
        if (troubles_.empty()) return host_.set_health(ECP_HEALTH_OK, {});
        std::string all;
        for (const auto& [what, words] : troubles_) all += (all.empty() ? "" : "; ") + words;
        const bool down = troubles_.contains(trouble::model) || troubles_.contains(trouble::absent);
        host_.set_health(down ? ECP_HEALTH_DOWN : ECP_HEALTH_DEGRADED, all);
    }

    const ecp::host host_;
    std::mutex mutex_;
    std::map<trouble, std::string> troubles_;
};

} // namespace edgeconf::fleet
