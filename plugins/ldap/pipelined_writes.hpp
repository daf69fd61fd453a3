// Many writes over one connection, without waiting for each.
#pragma once

#include "ldap/patience.hpp"
#include "ldap/write_request.hpp"

#include <span>

typedef struct ldap LDAP;

namespace edgeconf::ldap {

// Several are on their way at a time: no two may be about the same entry. Hands over each result when it is
// known, in the order of the requests. Throws directory_problem, without the URL: then of those that have
// no result yet any may have been done.
void write_pipelined(LDAP* connection, std::span<const write_request> requests, const patience& time,
                     const result_sink& take);

} // namespace edgeconf::ldap
