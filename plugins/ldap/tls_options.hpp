// What libldap is told of TLS.
#pragma once

#include "ldap/settings.hpp"

typedef struct ldap LDAP;

namespace edgeconf::ldap {

// The files are read where they are not those that were read last, as they were then: handles share what is
// made of them, because libldap 2.5 with GnuTLS leaks a client's certificate and key each time. Throws
// directory_problem. Thread-safe.
void set_tls_options(LDAP* on, const tls_settings& tls);

} // namespace edgeconf::ldap
