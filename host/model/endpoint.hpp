// Where a listener binds: an IP address and port, or a Unix socket.
#pragma once

#include "model/problem.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf {

struct endpoint {
    std::string address;          // an IP literal without brackets; empty for a Unix socket
    std::uint16_t port = 0;       // 0 lets the kernel choose
    std::filesystem::path socket; // empty for TCP

    bool is_unix() const noexcept { return !socket.empty(); }
    // Whether only this machine can reach it.
    bool is_local() const;
    // As it is written in the configuration.
    std::string text() const;

    friend bool operator==(const endpoint&, const endpoint&) = default;
};

// Reads `127.0.0.1:8443`, `[::1]:8443`, `localhost:8443` or `unix:/run/edgeconf/device.sock`. Host
// names are refused but for localhost: what a listener binds to must not depend on DNS.
result<endpoint> parse_endpoint(std::string_view text);

} // namespace edgeconf
