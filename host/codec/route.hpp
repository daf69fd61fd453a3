// From a request line to one of the six calls. Pure: no I/O, no allocation beyond the result.
#pragma once

#include "model/device_call.hpp"

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace edgeconf::codec {

struct route {
    operation op{};
    std::string ns;
    std::string device_id;
};

// A request line that leads nowhere, ready to be answered.
struct no_route {
    unsigned status; // 400, 404 or 405
    std::string message;
    std::string_view allow; // 405: the methods of that path, as the Allow field wants them
};

[[noreturn]] inline void throw_exception_from_error(const no_route& n, const boost::source_location&) {
    throw std::runtime_error{n.message};
}

// `target` is an origin-form ("/path?query"); the query is ignored, as Flotta sends none. Both
// /api/flotta-backend/v1/namespaces/... and /namespaces/... lead to the calls: Flotta uses the path
// of its REMOTE_BACKEND_URL literally, and operators leave it out. Namespace and id are
// percent-decoded before they are judged.
boost::system::result<route, no_route> find_route(std::string_view method, std::string_view target);

} // namespace edgeconf::codec
