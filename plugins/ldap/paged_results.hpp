// RFC 2696: a search in pages.
#pragma once

#include "ldap/request_control.hpp"

#include <cstddef>
#include <string>

namespace edgeconf::ldap {

// Asks for the page after the one that ended with `cookie`; a server that knows no pages refuses it. Throws
// directory_problem.
request_control page_request(LDAP* connection, std::size_t page_size, const std::string& cookie);

// The cookie for the next page, of the message that ends this one; empty after the last.
std::string next_page(LDAP* connection, LDAPMessage* last);

} // namespace edgeconf::ldap
