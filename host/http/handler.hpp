// What a listener serves.
#pragma once

#include "http/message.hpp"
#include "http/net.hpp"

#include <string_view>

namespace edgeconf::http {

// One for each I/O thread, used by that thread only; outlives every session.
class handler {
public:
    virtual ~handler() = default;

    // Answers one request. `r` and what it views live until the coroutine ends. An exception costs
    // the connection.
    virtual awaitable<response> handle(request& r) = 0;

    // The answer for a request that could not be read, in the handler's own format. `reason` says
    // what is wrong with it.
    virtual response refuse(unsigned status, std::string_view reason) = 0;
};

} // namespace edgeconf::http
