// libldap's handle for one connection, with everything said that a configuration file could say.
#pragma once

#include "ldap/deadline.hpp"
#include "ldap/owned_descriptor.hpp"
#include "ldap/server_url.hpp"
#include "ldap/settings.hpp"

#include <memory>
#include <string>

typedef struct ldap LDAP;

namespace edgeconf::ldap {

struct ldap_handle_closer {
    // Says that it leaves, if there is room to say it; does not wait.
    void operator()(LDAP* left) const noexcept;
};
using ldap_handle = std::unique_ptr<LDAP, ldap_handle_closer>;

// On a connected socket, before anything is said. What ldap.conf, ~/.ldaprc and LDAP* in the environment say
// of handles is overruled. With TLS that is to come, its files are read. Throws directory_problem.
// Thread-safe.
ldap_handle make_handle(owned_descriptor socket, const server_url& url, const tls_settings& tls);

// The handshake, and that the certificate is for the URL's host, which is `host`; where that is localhost,
// libldap takes the machine's full name for it. Throws directory_problem.
void secure(LDAP* connection, const std::string& host, deadline until);

// After this libldap does not, as it would after a loss, connect again by itself: unbound, and without TLS.
void forbid_reconnecting(LDAP* connection);

// Nothing is read or written any more.
void cut(LDAP* connection) noexcept;

} // namespace edgeconf::ldap
