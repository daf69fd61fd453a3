// How libldap reads from and writes to its socket.
#pragma once

#include "ldap/deadline.hpp"

typedef struct sockbuf Sockbuf;

namespace edgeconf::ldap {

// Takes the place of libldap's own layer, which waits without end in a read or write of a blocking socket:
// for the rest of a message, for room to send one, and, whatever its options say, for the peer's part of
// TLS's handshake; and which writes so that SIGPIPE ends the process. This one never waits but while it is
// told to; libldap then waits where it looks at the time. The sockbuf's descriptor is closed with the
// sockbuf. False without memory.
bool use_socket_io(Sockbuf* sockbuf);

// From here on reads and writes wait, until then, and fail after it.
void wait_until(Sockbuf* sockbuf, deadline until);
// Or no more.
void stop_waiting(Sockbuf* sockbuf);

} // namespace edgeconf::ldap
