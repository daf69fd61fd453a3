// One call of Flotta's Edge Configuration API and its answer, as the layers pass them on.
#pragma once

#include <string>
#include <string_view>

namespace edgeconf {

// The six calls (Flotta's swagger-backend.yaml).
enum class operation {
    enrol,
    get_registration,
    put_registration,
    get_configuration,
    put_heartbeat,
    get_playbooks,
};
inline constexpr int operation_count = 6;

// The word for logs and metrics.
std::string_view name(operation op) noexcept;

struct device_call {
    operation op{};
    std::string ns;        // the path's namespace, a DNS label: a hint, not the truth
    std::string device_id; // fits the id rules (codec/identifier.hpp)
    std::string body;      // one JSON object, or empty
    std::string trace;     // W3C traceparent, or empty
};

// What a provider says when it does not fail.
enum class outcome {
    ok,
    created, // enrol: recorded, or still waiting for approval
    removed, // get_registration: an administrator removed the device
};

struct answer {
    outcome what = outcome::ok;
    std::string body;
    std::string revision;
};

} // namespace edgeconf
