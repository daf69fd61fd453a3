#include "http/tls_context.hpp"

#include "http/tls_pem.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <limits>

namespace edgeconf::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::size_t most_verified_clients = 4096;
// Four large RSA certificates; the Edge API's has 600 bytes.
constexpr long most_bytes_of_a_client_chain = 16 * 1024;

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

int verify_client(X509_STORE_CTX* chain, void* verified) {
    return static_cast<verified_chains*>(verified)->verify(chain) ? 1 : 0;
}

// Two things in which Flotta's CA differs from the book, both only where CRLs are looked at:
// - its certificate is not marked as one that may sign CRLs. That these are its own was checked when
//   they were read.
// - its own serial number is also the Edge API's certificate's. Taking that back takes back nothing of
//   the CA: a trust anchor is trusted because the operator says so (RFC 5280, 6.1).
int judge_crl(int fine, X509_STORE_CTX* context) {
    if (fine == 1) return 1;
    const auto error = X509_STORE_CTX_get_error(context);
    const auto at_anchor = [context] {
        const auto* chain = X509_STORE_CTX_get0_chain(context);
        const auto depth = X509_STORE_CTX_get_error_depth(context);
        return depth > 0 && depth == sk_X509_num(chain) - 1 &&
               X509_self_signed(sk_X509_value(chain, depth), 0) == 1;
    };
    const bool harmless =
        error == X509_V_ERR_KEYUSAGE_NO_CRL_SIGN || (error == X509_V_ERR_CERT_REVOKED && at_anchor());
    if (!harmless) return 0;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

// What OpenSSL's defaults, or the system's openssl.cnf, leave open. Before any key is loaded: the
// security level judges those, too.
bool tighten(SSL_CTX* context) {
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
    // An idle connection keeps no record buffers. What is sent is the file's chain: OpenSSL would look
    // for one among the client CAs, verify it, and send that, at every handshake.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_verify_depth(context, 4);
    SSL_CTX_set_max_cert_list(context, most_bytes_of_a_client_chain);
    SSL_CTX_set_alpn_select_cb(context, &choose_protocol, nullptr);
    // The first cipher suite is the client's choice: it knows whether it has AES in hardware.
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                             "TLS_CHACHA20_POLY1305_SHA256") == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set1_sigalgs_list(context,
                                     "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ed25519:"
                                     "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
                                     "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512") == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 && SSL_CTX_set_max_early_data(context, 0) == 1;
}

result<void> use_pair(SSL_CTX* context, const pem_file& certificate, const pem_file& private_key,
                      const std::vector<owned<X509>>& chain) {
    auto key = read_key(private_key);
    if (!key) return key.error();
    ERR_clear_error();
    if (X509_check_private_key(chain.front().get(), key->get()) != 1) {
        ERR_clear_error();
        return private_key.unusable("does not belong to the certificate " + certificate.file.string());
    }
    if (SSL_CTX_use_certificate(context, chain.front().get()) != 1)
        return certificate.unusable("is not good enough for TLS: " + openssl_error());
    for (auto next = chain.begin() + 1; next != chain.end(); ++next)
        if (SSL_CTX_add1_chain_cert(context, next->get()) != 1)
            return certificate.unusable("has an intermediate that is not good enough: " + openssl_error());
    if (SSL_CTX_use_PrivateKey(context, key->get()) != 1)
        return private_key.unusable("is not good enough for TLS: " + openssl_error());
    return {};
}

void trust(SSL_CTX* context, const std::vector<owned<X509>>& authorities,
           const std::vector<owned<X509_CRL>>& lists) {
    // The names of the CAs are not sent: the Edge API has one certificate and needs no help in choosing
    // it, and Go sends none at all where it finds no name that fits.
    auto* store = SSL_CTX_get_cert_store(context);
    for (const auto& authority : authorities) X509_STORE_add_cert(store, authority.get());
    for (const auto& list : lists) X509_STORE_add_crl(store, list.get());
    if (!lists.empty()) {
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
        X509_STORE_set_verify_cb(store, &judge_crl);
    }
    ERR_clear_error();
}

void note(std::vector<expiry>& into, std::string_view what, const std::filesystem::path& file,
          const X509_NAME* name, const ASN1_TIME* end) {
    if (const auto not_after = time_of(end))
        into.push_back({std::string{what}, file, text_of(name), *not_after});
}

} // namespace

tls_context::tls_context(ssl::context native, std::vector<expiry> expiries, validity crls)
    : native_{std::move(native)}, expiries_{std::move(expiries)}, verified_{most_verified_clients, crls} {
    SSL_CTX_set_cert_verify_callback(native_.native_handle(), &verify_client, &verified_);
}

result<std::shared_ptr<const tls_context>> tls_context::make(const tls_files& files) {
    const auto content = tls_content::read(files);
    if (!content) return content.error();
    return make(files, *content, std::time(nullptr));
}

result<std::shared_ptr<const tls_context>> tls_context::make(const tls_files& files,
                                                             const tls_content& content, std::time_t now) {
    ssl::context native{ssl::context::tls_server};
    auto* context = native.native_handle();
    if (!tighten(context)) return problem{errc::internal, "OpenSSL lacks what TLS needs: " + openssl_error()};

    const pem_file certificate{"certificate", files.certificate, content.certificate};
    const pem_file private_key{"private key", files.private_key, content.private_key};
    const auto chain = read_chain(certificate, now);
    if (!chain) return chain.error();
    if (auto used = use_pair(context, certificate, private_key, *chain); !used) return used.error();
    const auto authorities = read_authorities({"client CA", files.client_ca, content.client_ca});
    if (!authorities) return authorities.error();

    std::vector<expiry> expiries;
    for (const auto& c : *chain)
        note(expiries, "certificate", files.certificate, X509_get_subject_name(c.get()),
             X509_get0_notAfter(c.get()));
    for (const auto& c : *authorities)
        note(expiries, "client-ca", files.client_ca, X509_get_subject_name(c.get()),
             X509_get0_notAfter(c.get()));

    validity crls{std::numeric_limits<std::time_t>::min(), std::numeric_limits<std::time_t>::max()};
    std::vector<owned<X509_CRL>> lists;
    if (files.crl) {
        auto read = read_crls({"CRL", *files.crl, content.crl}, *authorities, now);
        if (!read) return read.error();
        lists = std::move(*read);
        for (const auto& list : lists) {
            note(expiries, "crl", *files.crl, X509_CRL_get_issuer(list.get()),
                 X509_CRL_get0_nextUpdate(list.get()));
            crls.from = std::max(crls.from, *time_of(X509_CRL_get0_lastUpdate(list.get())));
            if (const auto until = time_of(X509_CRL_get0_nextUpdate(list.get())))
                crls.until = std::min(crls.until, *until);
        }
    }
    trust(context, *authorities, lists);
    return std::shared_ptr<const tls_context>{new tls_context{std::move(native), std::move(expiries), crls}};
}

} // namespace edgeconf::http
