// The six calls as HTTP requests (Flotta's swagger-backend.yaml).
#pragma once

#include "rest-proxy/cache.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::rest_proxy {

enum class call : std::uint8_t {
    get_configuration,
    enrol,
    get_registration,
    put_registration,
    put_heartbeat,
    get_playbooks,
};

struct call_shape {
    std::string_view method;
    std::string_view resource; // the path's last part
    std::optional<read> kept;  // as what its answer is kept
    // Whether it may be made twice: if it is not known how the first one went, it is made again.
    bool repeatable;
};

const call_shape& shape_of(call c) noexcept;

// Ids and namespaces as the host passes them on have no letters that a path would need escaped.
std::string target_of(call c, std::string_view base, std::string_view ns, std::string_view device_id);

} // namespace edgeconf::rest_proxy
