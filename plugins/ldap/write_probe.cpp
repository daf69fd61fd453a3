#include "ldap/write_probe.hpp"

#include "ldap/schema_names.hpp"
#include "ldap/session.hpp"

#include <ldap.h>

namespace edgeconf::ldap {

bool takes_writes(session& over, const std::vector<std::string>& dns) {
    for (const auto& dn : dns) {
        const auto now = over.read(dn, {names::heard});
        if (!now) continue;
        const write_request request{write_request::kind::modify,
                                    dn,
                                    {{modification::kind::replace, names::heard, now->values(names::heard)}},
                                    {}};
        const auto code = over.write({&request, 1}).front().code;
        if (code == LDAP_SUCCESS) return true;
        if (code == LDAP_OTHER) return false;
    }
    return dns.empty();
}

} // namespace edgeconf::ldap
