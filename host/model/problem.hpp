// What can go wrong where going wrong is expected: the error half of every result in the host.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

namespace edgeconf {

// The kinds of failure, one for each non-success status of the provider ABI plus what only the host
// can find. api/respond.cpp turns them into HTTP.
enum class errc {
    cancelled,       // the client is gone or the host stops
    invalid,         // the request does not fit Flotta's model
    not_found,       // never seen, pending or denied
    exists,          // the same device id in another case
    conflict,        // another revision
    denied,          // deny-list, namespace not allowed, another key
    unauthenticated, //
    deadline,        // no answer in time
    busy,            // a queue or a quota is full
    unavailable,     // the store is out of reach
    unimplemented,   // the provider has no such call
    precondition,    // not approved yet, or removed
    corrupt,         // what is stored cannot be read
    internal,        // anything else
};

struct problem {
    errc code = errc::internal;
    // For the operator's log. Reaches a client only with `invalid`, where it speaks of the client's
    // own request.
    std::string detail;
    // How long to wait before trying again; zero where nobody knows.
    std::chrono::milliseconds retry_after{0};
};

template <class T>
using result = boost::system::result<T, problem>;

// Found by result<T>::value(), which is for tests and for what cannot fail.
[[noreturn]] inline void throw_exception_from_error(const problem& p, const boost::source_location&) {
    throw std::runtime_error{p.detail};
}

} // namespace edgeconf
