#include "rest-proxy/call.hpp"

#include <fmt/format.h>

#include <array>

namespace edgeconf::rest_proxy {

const call_shape& shape_of(call c) noexcept {
    // An enrolment is asked again by the device, ten seconds later; a heartbeat may arrive more than once,
    // and a registration is the same however often it comes.
    static constexpr std::array shapes{
        call_shape{"GET", "configuration", read::configuration, true},
        call_shape{"POST", "enrolment", std::nullopt, false},
        call_shape{"GET", "registration", read::registration, true},
        call_shape{"PUT", "registration", std::nullopt, true},
        call_shape{"PUT", "heartbeat", std::nullopt, true},
        call_shape{"GET", "playbookexecutions", read::playbooks, true},
    };
    return shapes[static_cast<std::size_t>(c)];
}

std::string target_of(call c, std::string_view base, std::string_view ns, std::string_view device_id) {
    return fmt::format("{}/namespaces/{}/devices/{}/{}", base, ns, device_id, shape_of(c).resource);
}

} // namespace edgeconf::rest_proxy
