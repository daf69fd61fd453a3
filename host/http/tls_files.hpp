// The files that a TLS listener is made of, as they were at one moment.
#pragma once

#include "model/problem.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>

namespace edgeconf::http {

struct tls_files {
    std::filesystem::path certificate;        // PEM chain, the server's own first
    std::filesystem::path private_key;        // PEM, unencrypted
    std::filesystem::path client_ca;          // PEM: a client needs a valid certificate of one of these
    std::optional<std::filesystem::path> crl; // PEM: a list of each of these, of the certificates taken back
};

// What was in them. Everything that is judged is judged by these bytes, never by a second look at the
// files. Forgets the key's bytes at its end.
struct tls_content {
    using digest = std::array<unsigned char, 32>;

    std::string certificate;
    std::string private_key;
    std::string client_ca;
    std::string crl; // empty: no list is wanted

    tls_content() = default;
    tls_content(tls_content&&) noexcept = default;
    tls_content& operator=(tls_content&&) = delete;
    ~tls_content();

    // Reads every file. Fails with the file and the reason.
    static result<tls_content> read(const tls_files& files);

    // SHA-256 over all of it.
    digest hash() const;
};

} // namespace edgeconf::http
