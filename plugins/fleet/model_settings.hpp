// What an operator decides about a fleet, but for its objects.
#pragma once

#include "fleet/admission.hpp"
#include "fleet/event_log.hpp"

#include <chrono>
#include <cstddef>

namespace edgeconf::fleet {

struct model_settings {
    fleet::admission admission{};
    std::size_t pending_limit = 10'000;                            // devices that wait for approval
    std::chrono::seconds pending_expiry = std::chrono::hours{168}; // since a waiting device last asked
    std::size_t offline_after = 3;                                 // heartbeat periods without a sign of life
    std::chrono::seconds tombstone_retention = std::chrono::hours{24 * 3650}; // since it was removed or asked
    std::chrono::seconds event_retention = std::chrono::hours{24 * 90};       // since it last happened
    event_limits events;
};

} // namespace edgeconf::fleet
