#include "ldap/assertion.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

namespace edgeconf::ldap {

void assertion_closer::operator()(LDAPControl* control) const noexcept { ldap_control_free(control); }

assertion_control assertion(LDAP* connection, const std::string& filter) {
    if (filter.empty()) return nullptr;
    LDAPControl* raw = nullptr;
    auto text = filter;
    const int code = ldap_create_assertion_control(connection, text.data(), 1, &raw);
    assertion_control made{raw};
    if (code != LDAP_SUCCESS) throw directory_problem{code, described(code, filter)};
    return made;
}

} // namespace edgeconf::ldap
