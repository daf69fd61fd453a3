// What libldap is told of TLS.
#pragma once

#include "ldap/settings.hpp"

typedef struct ldap LDAP;

namespace edgeconf::ldap {

// The files are read when they have changed, and handles share what is made of them: libldap 2.5 with GnuTLS
// leaks a client's certificate and key each time. Throws directory_problem. Thread-safe.
void set_tls_options(LDAP* on, const tls_settings& tls);

} // namespace edgeconf::ldap
