// From PEM text to keys, certificates and CRLs, judged one by one.
#pragma once

#include "http/openssl.hpp"
#include "model/problem.hpp"

#include <filesystem>
#include <vector>

namespace edgeconf::http {

// One of the files, as messages name it. Both outlive it.
struct pem_file {
    std::string_view what;
    const std::filesystem::path& file;
    const std::string& content;

    problem unusable(std::string_view why) const;
};

// Each fails with the file and the reason, and leaves no OpenSSL error behind.

// The server's certificate, valid at `now`, then its intermediates.
result<std::vector<owned<X509>>> read_chain(const pem_file& from, std::time_t now);
// An unencrypted key of a kind that is spoken here. Nobody is asked for a passphrase.
result<owned<EVP_PKEY>> read_key(const pem_file& from);
// Certificates of CAs, at least one.
result<std::vector<owned<X509>>> read_authorities(const pem_file& from);
// Lists of `authorities` alone, properly signed, at least one of each, each of them valid at `now`.
result<std::vector<owned<X509_CRL>>> read_crls(const pem_file& from,
                                               const std::vector<owned<X509>>& authorities, std::time_t now);

} // namespace edgeconf::http
