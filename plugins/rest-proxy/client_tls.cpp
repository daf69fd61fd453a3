#include "rest-proxy/client_tls.hpp"

#include <fmt/format.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

namespace edgeconf::rest_proxy {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

std::shared_ptr<ssl::context> refuse(std::string& wrong, std::string_view what,
                                     const std::filesystem::path& file, const error_code& ec) {
    wrong = fmt::format("the {} {}: {}", what, file.string(), ec.message());
    ERR_clear_error();
    return nullptr;
}

// Null, and why in `wrong`.
std::shared_ptr<ssl::context> make_context(const tls_settings& files, std::string& wrong) {
    auto made = std::make_shared<ssl::context>(ssl::context::tls_client);
    auto* native = made->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_security_level(native, 2);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    // An end without TLS's own end is told by Content-Length; where a body is delimited by the end alone,
    // Beast reports it as cut off.
    made->set_verify_mode(ssl::verify_peer);
    // Else OpenSSL asks the terminal for the passphrase of a key that has one.
    made->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; });
    error_code ec;
    if (files.ca.empty())
        made->set_default_verify_paths(ec);
    else
        made->load_verify_file(files.ca.string(), ec);
    if (ec) return refuse(wrong, "CA file", files.ca, ec);
    if (files.certificate.empty()) return made;
    // The key first: OpenSSL drops one that does not fit the certificate, and says so only when it is asked.
    made->use_private_key_file(files.key.string(), ssl::context::pem, ec);
    if (ec) return refuse(wrong, "key", files.key, ec);
    made->use_certificate_chain_file(files.certificate.string(), ec);
    if (ec) return refuse(wrong, "certificate", files.certificate, ec);
    if (SSL_CTX_check_private_key(native) != 1) {
        ERR_clear_error();
        wrong = fmt::format("the key {} does not belong to the certificate {}", files.key.string(),
                            files.certificate.string());
        return nullptr;
    }
    return made;
}

} // namespace

std::string tls_fault(const tls_settings& files) {
    std::string wrong;
    make_context(files, wrong);
    return wrong;
}

client_tls::client_tls(const tls_settings& files) : files_{files} {
    for (const auto& file : {files.ca, files.certificate, files.key})
        if (!file.empty()) watched_.emplace_back(file);
}

std::shared_ptr<ssl::context> client_tls::current(std::string& wrong) {
    const auto now = std::chrono::steady_clock::now();
    if (context_ != nullptr && now < next_look_) return context_;
    next_look_ = now + std::chrono::seconds{1};
    bool changed = !std::exchange(has_tried_, true);
    for (auto& file : watched_) changed = file.changed() || changed;
    if (!changed) {
        if (context_ == nullptr) wrong = wrong_;
        return context_;
    }
    if (auto made = make_context(files_, wrong)) context_ = std::move(made);
    wrong_ = wrong;
    return context_;
}

} // namespace edgeconf::rest_proxy
