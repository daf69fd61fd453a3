// A condition on the entry that an operation changes (RFC 4528).
#pragma once

#include <memory>
#include <string>

typedef struct ldap LDAP;
typedef struct ldapcontrol LDAPControl;

namespace edgeconf::ldap {

struct assertion_closer {
    void operator()(LDAPControl* control) const noexcept;
};
using assertion_control = std::unique_ptr<LDAPControl, assertion_closer>;

// The operation fails with assertionFailed unless the entry passes `filter`; null for an empty one. Throws
// directory_problem for what is no filter.
assertion_control assertion(LDAP* connection, const std::string& filter);

} // namespace edgeconf::ldap
