// RFC 2696: a search in pages.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

typedef struct ldap LDAP;
typedef struct ldapcontrol LDAPControl;
typedef struct ldapmsg LDAPMessage;

namespace edgeconf::ldap {

struct page_control_closer {
    void operator()(LDAPControl* control) const noexcept;
};
using page_control = std::unique_ptr<LDAPControl, page_control_closer>;

// Asks for the page after the one that ended with `cookie`; a server that knows no pages refuses it. Throws
// directory_problem.
page_control page_request(LDAP* connection, std::size_t page_size, const std::string& cookie);

// The cookie for the next page, of the message that ends this one; empty after the last.
std::string next_page(LDAP* connection, LDAPMessage* last);

} // namespace edgeconf::ldap
