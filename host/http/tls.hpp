// Who is at the other end of a TLS connection.
#pragma once

#include "http/message.hpp"

#include <openssl/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::http {

// Who completed the handshake on `connection`. The chain is verified already; what is left is whether
// one of `admitted` (DNS names, compared exactly but for case) is among the certificate's DNS names.
// Its common name proves nothing: devices of the same CA choose theirs.
peer identify(SSL* connection, const std::vector<std::string>& admitted);

// Why the handshake on `connection` failed: `error`, and what is wrong with the client's certificate
// where that was the reason.
std::string handshake_failure(SSL* connection, std::string_view error);

} // namespace edgeconf::http
