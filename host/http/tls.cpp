#include "http/tls.hpp"

#include "http/openssl.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace edgeconf::http {
namespace {

bool has_admitted_name(X509* certificate, const std::vector<std::string>& admitted) {
    constexpr unsigned exactly = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
    for (const auto& name : admitted)
        if (X509_check_host(certificate, name.c_str(), name.size(), exactly, nullptr) == 1) return true;
    return false;
}

} // namespace

peer identify(SSL* connection, const std::vector<std::string>& admitted) {
    const owned<X509> certificate{SSL_get1_peer_certificate(connection)};
    if (!certificate || SSL_get_verify_result(connection) != X509_V_OK)
        return {false, "no verified certificate"};
    return {has_admitted_name(certificate.get(), admitted),
            text_of(X509_get_subject_name(certificate.get()))};
}

std::string handshake_failure(SSL* connection, std::string_view error) {
    std::string made{error};
    if (const auto verdict = SSL_get_verify_result(connection); verdict != X509_V_OK)
        made.append(": ").append(X509_verify_cert_error_string(verdict));
    return made;
}

} // namespace edgeconf::http
