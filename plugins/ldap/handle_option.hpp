// Options of a handle, which libldap hardly ever refuses.
#pragma once

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <string>

namespace edgeconf::ldap {

// `what` is the option's meaning. Throws directory_problem.
inline void set_option(LDAP* on, int option, const void* value, const char* what) {
    if (ldap_set_option(on, option, value) != LDAP_OPT_SUCCESS)
        throw directory_problem{LDAP_LOCAL_ERROR, std::string{what} + " cannot be set"};
}

inline void set_number(LDAP* on, int option, int value, const char* what) {
    set_option(on, option, &value, what);
}

inline void set_text(LDAP* on, int option, const std::string& text, const char* what) {
    set_option(on, option, text.c_str(), what);
}

} // namespace edgeconf::ldap
