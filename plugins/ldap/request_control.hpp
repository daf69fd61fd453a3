// A control that libldap made.
#pragma once

#include <ldap.h>

#include <memory>

namespace edgeconf::ldap {

struct control_closer {
    void operator()(LDAPControl* control) const noexcept { ldap_control_free(control); }
};
using request_control = std::unique_ptr<LDAPControl, control_closer>;

} // namespace edgeconf::ldap
