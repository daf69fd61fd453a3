// Codes and the words of servers, for operators.
#pragma once

#include <string>
#include <string_view>

typedef struct ldap LDAP;

namespace edgeconf::ldap {

// "No such object (32): ...": the code's meaning and, if there are any, the server's or libldap's words,
// shortened and in one line.
std::string described(int code, std::string_view words);

// What libldap remembers of the last failure; empty if that says no more than the code.
std::string diagnostic(LDAP* connection, int code);

} // namespace edgeconf::ldap
