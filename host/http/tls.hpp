// The TLS that a listener speaks, and who it lets in.
#pragma once

#include "http/message.hpp"
#include "model/problem.hpp"

#include <boost/asio/ssl/context.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::http {

struct tls_options {
    std::filesystem::path certificate; // PEM chain, the server's own first
    std::filesystem::path private_key; // PEM
    std::filesystem::path client_ca;   // PEM: a client needs a valid certificate of one of these
};

// A context for TLS 1.3 servers that demand a client certificate. No tickets and no session cache:
// Flotta's client resumes nothing. Offered ALPN, it picks http/1.1 and otherwise stays silent:
// Flotta's client offers h2 and then speaks HTTP/1.1. Fails with the file, what is wrong with it and
// what to do.
result<boost::asio::ssl::context> make_tls_context(const tls_options& options);

// Who completed the handshake on `connection`. The chain is verified already; what is left is whether
// one of `admitted` (DNS names, compared exactly but for case) is among the certificate's DNS names.
// Its common name proves nothing: devices of the same CA choose theirs.
peer identify(SSL* connection, const std::vector<std::string>& admitted);

} // namespace edgeconf::http
