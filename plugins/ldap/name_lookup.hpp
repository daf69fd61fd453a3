// The addresses behind a name, looked up by the system, which may take as long as it likes.
#pragma once

#include "ldap/deadline.hpp"

#include <memory>
#include <string>

#include <netdb.h>

namespace edgeconf::ldap {

using addresses = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

// Not empty. A lookup that takes too long is left to itself. Throws directory_problem. Thread-safe.
addresses find_addresses(const std::string& host, unsigned port, deadline until);

} // namespace edgeconf::ldap
