// A client that sends exactly the bytes it is given, over plain sockets or TLS.
#pragma once

#include "support/pki.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::test {

// Where to, as the host prints it: "127.0.0.1:8443", "[::1]:8443" or "unix:/path".
struct target {
    std::string address;
    // TLS if set: who signed the server's certificate, and our own certificate.
    std::optional<std::filesystem::path> server_ca;
    std::optional<identity> self;
    std::string alpn; // comma-separated, as offered
};

struct reply {
    unsigned status = 0;
    std::map<std::string, std::string> fields; // names in lower case
    std::string body;
    bool keep_alive = false;
};

// One connection. Everything blocks for at most the tests' patience; failures throw
// std::runtime_error with OpenSSL's or the system's reason.
class client {
public:
    explicit client(const target& to);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void send(std::string_view bytes);
    reply receive();
    reply exchange(std::string_view bytes);
    // A request as Go's client writes it.
    reply request(std::string_view method, std::string_view path, std::string_view body = {});
    // Whether the server closed the connection without sending anything more.
    bool is_closed();
    // The protocol that ALPN settled on, empty if none.
    std::string alpn() const;
    std::string tls_version() const;
    // The common name in the server's certificate.
    std::string server_name() const;
    // Whether the server gave a session ticket with what was received so far.
    bool has_ticket() const;

private:
    struct connection;
    std::unique_ptr<connection> to_;
    std::string received_;
};

std::string go_request(std::string_view method, std::string_view path, std::string_view body = {});

} // namespace edgeconf::test
