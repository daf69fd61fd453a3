// A connected socket: our own, because libldap's connecting knows no deadline for all of a name's addresses.
#pragma once

#include "ldap/deadline.hpp"
#include "ldap/owned_descriptor.hpp"
#include "ldap/server_url.hpp"

namespace edgeconf::ldap {

// To the first of the host's addresses that takes it; each has its share of the time. Not blocking, and
// closed by an exec. A peer that is gone without a word is noticed after `silence`, roughly. Throws
// directory_problem, without the URL.
owned_descriptor connect_to(const server_url& where, deadline until, std::chrono::milliseconds silence);

} // namespace edgeconf::ldap
