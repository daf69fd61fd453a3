// A request that is on its way, and its answers.
#pragma once

#include "ldap/deadline.hpp"

#include <memory>
#include <string>

typedef struct ldap LDAP;
typedef struct ldapmsg LDAPMessage;

namespace edgeconf::ldap {

struct answer_closer {
    void operator()(LDAPMessage* message) const noexcept;
};
using answer_message = std::unique_ptr<LDAPMessage, answer_closer>;

// How a server ended an operation.
struct outcome {
    int code = 0;      // RFC 4511's
    std::string words; // the server's
};

// Belongs to the connection's thread; the connection lives longer. What goes wrong on the way is a
// directory_problem without the URL.
class operation {
public:
    // `code` is what libldap's function said that sent it, `id` the message's.
    operation(LDAP* connection, int code, int id);

    // A server that has not ended it is told that nobody waits any more.
    ~operation();
    operation(operation&& other) noexcept;
    operation& operator=(operation&&) = delete;

    // What comes next, of whatever type; after the one that ends it nothing may be asked for.
    answer_message next(deadline until);

private:
    LDAP* connection_;
    int id_; // 0: ended
};

// Of a message that ends an operation.
outcome outcome_of(LDAP* connection, LDAPMessage* last);

} // namespace edgeconf::ldap
