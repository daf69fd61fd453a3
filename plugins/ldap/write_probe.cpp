#include "ldap/write_probe.hpp"

#include "ldap/schema_names.hpp"
#include "ldap/session.hpp"

#include <ldap.h>

namespace edgeconf::ldap {

bool is_ambiguous(int code) {
    return code == LDAP_OTHER || code == LDAP_UNWILLING_TO_PERFORM || code == LDAP_REFERRAL;
}

bool concerns_all(int code, bool others_are_written) {
    switch (code) {
    case LDAP_BUSY:
    case LDAP_UNAVAILABLE:
    case LDAP_STRONG_AUTH_REQUIRED:
    case LDAP_CONFIDENTIALITY_REQUIRED: return true;
    default: return is_ambiguous(code) && !others_are_written;
    }
}

bool takes_writes(session& over, const std::vector<std::string>& dns) {
    bool has_failed = false;
    for (const auto& dn : dns) {
        const auto now = over.read(dn, {names::heard});
        if (!now) continue;
        const write_request request{write_request::kind::modify,
                                    dn,
                                    {{modification::kind::replace, names::heard, now->values(names::heard)}},
                                    {}};
        const auto code = over.write({&request, 1}).front().code;
        if (code == LDAP_SUCCESS) return true;
        has_failed = has_failed || is_ambiguous(code);
    }
    return !has_failed;
}

} // namespace edgeconf::ldap
