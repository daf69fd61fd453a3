#include "http/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <unistd.h>

namespace edgeconf::http {
namespace {

namespace ssl = boost::asio::ssl;

// The most telling line of OpenSSL's queue, which is then empty.
std::string openssl_error() {
    const auto code = ERR_peek_last_error();
    std::array<char, 256> text{};
    ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    const auto* reason = ERR_reason_error_string(code);
    return reason != nullptr ? reason : text.data();
}

problem unusable(std::string_view what, const std::filesystem::path& file, std::string_view why) {
    return {errc::invalid, fmt::format("{} {}: {}", what, file.string(), why)};
}

result<void> check_readable(std::string_view what, const std::filesystem::path& file) {
    if (access(file.c_str(), R_OK) == 0) return {};
    return unusable(what, file,
                    "cannot be read: " + std::error_code{errno, std::generic_category()}.message());
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void*) {
    static constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
    unsigned char* found = nullptr;
    const int match =
        SSL_select_next_proto(&found, chosen_size, http_1_1.data(), http_1_1.size(), offered, offered_size);
    if (match != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
    *chosen = found;
    return SSL_TLSEXT_ERR_OK;
}

result<void> load_files(SSL_CTX* context, const tls_options& options) {
    if (auto ok = check_readable("certificate", options.certificate); !ok) return ok;
    if (auto ok = check_readable("private key", options.private_key); !ok) return ok;
    if (auto ok = check_readable("client CA", options.client_ca); !ok) return ok;
    ERR_clear_error();
    if (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1)
        return unusable("certificate", options.certificate,
                        "is no usable PEM certificate chain: " + openssl_error());
    if (SSL_CTX_use_PrivateKey_file(context, options.private_key.c_str(), SSL_FILETYPE_PEM) != 1)
        return unusable("private key", options.private_key,
                        "is no usable unencrypted PEM key of that certificate: " + openssl_error());
    if (SSL_CTX_check_private_key(context) != 1)
        return unusable("private key", options.private_key,
                        "does not belong to the certificate " + options.certificate.string());
    if (SSL_CTX_load_verify_file(context, options.client_ca.c_str()) != 1)
        return unusable("client CA", options.client_ca,
                        "holds no usable PEM certificate: " + openssl_error());
    // Clients pick their certificate by these names.
    if (auto* names = SSL_load_client_CA_file(options.client_ca.c_str()))
        SSL_CTX_set_client_CA_list(context, names);
    return {};
}

void tighten(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); // an idle connection keeps no record buffers
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(context, 4);
    SSL_CTX_set_max_early_data(context, 0);
    SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
}

bool has_admitted_name(X509* certificate, const std::vector<std::string>& admitted) {
    constexpr unsigned exactly = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
    for (const auto& name : admitted)
        if (X509_check_host(certificate, name.c_str(), name.size(), exactly, nullptr) == 1) return true;
    return false;
}

std::string subject_of(X509* certificate) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text{BIO_new(BIO_s_mem()), &BIO_free};
    if (!text) return {};
    X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(text.get(), &data);
    constexpr long longest = 256;
    return std::string{data, static_cast<std::size_t>(size < longest ? size : longest)};
}

} // namespace

result<ssl::context> make_tls_context(const tls_options& options) {
    ssl::context context{ssl::context::tls_server};
    tighten(context.native_handle());
    if (auto loaded = load_files(context.native_handle(), options); !loaded) return loaded.error();
    return context;
}

peer identify(SSL* connection, const std::vector<std::string>& admitted) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{SSL_get1_peer_certificate(connection),
                                                                  &X509_free};
    if (!certificate || SSL_get_verify_result(connection) != X509_V_OK)
        return {false, "no verified certificate"};
    return {has_admitted_name(certificate.get(), admitted), subject_of(certificate.get())};
}

} // namespace edgeconf::http
