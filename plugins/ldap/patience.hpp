// How long a server is waited for.
#pragma once

#include "ldap/deadline.hpp"

#include <chrono>

namespace edgeconf::ldap {

struct patience {
    std::chrono::milliseconds each; // for one operation
    deadline all = deadline::max(); // for all of them together

    // Until when, for an operation that begins now. Throws directory_problem (LDAP_TIMEOUT) after `all`.
    deadline next() const;
};

} // namespace edgeconf::ldap
