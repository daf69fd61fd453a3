// Who we are to a directory.
#pragma once

#include "ldap/deadline.hpp"
#include "ldap/settings.hpp"

typedef struct ldap LDAP;

namespace edgeconf::ldap {

// Reads the password anew. Throws directory_problem, without the URL; never anonymous.
void bind(LDAP* connection, const bind_settings& as, deadline until);

} // namespace edgeconf::ldap
