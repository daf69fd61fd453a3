// From what an upstream answers to what the host is told. An upstream is not trusted to be right: whatever
// would harm a device is a failure of the upstream's.
#pragma once

#include "rest-proxy/call.hpp"

#include <ecp/provider.h>

#include <chrono>
#include <string>
#include <string_view>

namespace edgeconf::rest_proxy {

struct upstream_answer {
    unsigned status = 0;
    std::string body{};
    std::string location{}; // of a redirection
    std::chrono::milliseconds retry_after{0};
};

struct verdict {
    ecp_status status = ECP_INTERNAL;
    std::string body;     // OK: as the ABI has it
    std::string revision; // get_configuration
    std::string message;  // for the operator's log: a short line, with no secret of a body that succeeded
    std::string brief;    // the same without what the upstream itself says, for everybody to see
    std::chrono::milliseconds retry_after{0};
    // The upstream is at fault, not the device: another one may do better.
    bool is_fault = false;
    // It may be this very call that it cannot bear: of its health that says nothing.
    bool is_perhaps_the_call = false;
};

verdict judge(call c, std::string_view device_id, const upstream_answer& given);

// A verdict on no answer at all.
verdict no_answer(ecp_status status, std::string message);

} // namespace edgeconf::rest_proxy
