// The TLS that a listener speaks, made of one state of its files.
#pragma once

#include "http/tls_files.hpp"
#include "http/verified_chains.hpp"

#include <boost/asio/ssl/context.hpp>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

namespace edgeconf::http {

// Something that ends one day.
struct expiry {
    std::string what; // certificate, client-ca or crl, as the key in the configuration
    std::filesystem::path file;
    std::string name; // its subject, a CRL's issuer
    std::time_t not_after;

    friend bool operator==(const expiry&, const expiry&) = default;
};

// A context for TLS 1.3 servers that demand a client certificate, tight as docs/decisions/0011 says.
// Immutable but for what it remembers of verified clients; shared by all threads. A session holds on to
// it from before its SSL object is made until after that is gone.
class tls_context {
public:
    // Fails with the file, what is wrong with it and what to do, unless everything fits together: a
    // certificate or a CRL that is not valid at `now`, too.
    static result<std::shared_ptr<const tls_context>> make(const tls_files& files, const tls_content& content,
                                                           std::time_t now);
    // Of what the files hold now.
    static result<std::shared_ptr<const tls_context>> make(const tls_files& files);

    tls_context(const tls_context&) = delete;
    tls_context& operator=(const tls_context&) = delete;

    // Not const because SSL_new() counts references in it; nobody changes it.
    boost::asio::ssl::context& native() const noexcept { return native_; }
    // The server's certificate first.
    const std::vector<expiry>& expiries() const noexcept { return expiries_; }
    const verified_chains& verified() const noexcept { return verified_; }

private:
    tls_context(boost::asio::ssl::context native, std::vector<expiry> expiries, validity crls);

    mutable boost::asio::ssl::context native_;
    std::vector<expiry> expiries_;
    mutable verified_chains verified_;
};

} // namespace edgeconf::http
