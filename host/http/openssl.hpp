// OpenSSL's objects under RAII, and its errors as text.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace edgeconf::http {

struct openssl_free {
    void operator()(BIO* p) const noexcept { BIO_free(p); }
    void operator()(EVP_MD* p) const noexcept { EVP_MD_free(p); }
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(X509* p) const noexcept { X509_free(p); }
    void operator()(X509_CRL* p) const noexcept { X509_CRL_free(p); }
};

template <class T>
using owned = std::unique_ptr<T, openssl_free>;

// The most telling line of this thread's error queue, which is then empty.
std::string openssl_error();

// A name in one line of plain text, 256 characters at most.
std::string text_of(const X509_NAME* name);

// Nothing for a time that cannot be read, or that is none.
std::optional<std::time_t> time_of(const ASN1_TIME* time);

// As "2026-11-22T16:00:00Z".
std::string text_of(std::time_t time);

} // namespace edgeconf::http
