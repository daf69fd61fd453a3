#include "unit/host/http/certificates.hpp"
#include "unit/host/scratch_folder.hpp"

#include "http/tls.hpp"
#include "http/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>
#include <vector>

#include <unistd.h>

using namespace edgeconf;
using namespace edgeconf::http;
using Catch::Contains;

namespace {

// What an operator of the device API has, in files.
struct deployment {
    identity ca = make_identity("flotta-ca");
    identity server = make_identity("server", "DNS:localhost", &ca);
    scratch_folder folder;
    tls_files options{folder.write("server.crt", server.certificate_pem()),
                      folder.write("server.key", server.key_pem()),
                      folder.write("ca.crt", ca.certificate_pem()),
                      {}};

    std::string refusal() const {
        const auto made = tls_context::make(options);
        if (made) return "";
        CHECK(made.error().code == errc::invalid);
        return made.error().detail;
    }
};

struct ssl_delete {
    void operator()(SSL* p) const { SSL_free(p); }
    void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
};

// A handshake in memory between a context of ours and a client.
struct handshake {
    std::unique_ptr<SSL_CTX, ssl_delete> client_context{SSL_CTX_new(TLS_client_method())};
    std::unique_ptr<SSL, ssl_delete> server;
    std::unique_ptr<SSL, ssl_delete> client;

    explicit handshake(const tls_context& context, const identity* as = nullptr) {
        server.reset(SSL_new(context.native().native_handle()));
        client.reset(SSL_new(client_context.get()));
        if (as != nullptr) {
            REQUIRE(SSL_use_certificate(client.get(), as->certificate.get()) == 1);
            REQUIRE(SSL_use_PrivateKey(client.get(), as->key.get()) == 1);
        }
        BIO* server_end = nullptr;
        BIO* client_end = nullptr;
        REQUIRE(BIO_new_bio_pair(&server_end, 0, &client_end, 0) == 1);
        SSL_set_bio(server.get(), server_end, server_end);
        SSL_set_bio(client.get(), client_end, client_end);
        SSL_set_accept_state(server.get());
        SSL_set_connect_state(client.get());
    }

    // Whether the server is content.
    bool run() {
        for (int i = 0; i < 20; ++i) {
            SSL_do_handshake(client.get());
            SSL_do_handshake(server.get());
        }
        ERR_clear_error();
        return SSL_is_init_finished(server.get()) == 1;
    }
};

std::shared_ptr<const tls_context> context_of(const deployment& d) {
    auto made = tls_context::make(d.options);
    REQUIRE(made.has_value());
    return std::move(*made);
}

peer who_is(const deployment& d, const identity& client, const std::vector<std::string>& admitted) {
    const auto context = context_of(d);
    handshake h{*context, &client};
    REQUIRE(h.run());
    return identify(h.server.get(), admitted);
}

} // namespace

TEST_CASE("tls: a certificate, its key and a CA make a context", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    auto* native = context->native().native_handle();
    CHECK(SSL_CTX_get_min_proto_version(native) == TLS1_3_VERSION);
    CHECK(SSL_CTX_get_verify_mode(native) == (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT));
    CHECK(SSL_CTX_get_session_cache_mode(native) == SSL_SESS_CACHE_OFF);
    CHECK(SSL_CTX_get_num_tickets(native) == 0);
    CHECK(SSL_CTX_get_max_early_data(native) == 0);
}

TEST_CASE("tls: a missing file is told by what it is for and by its name", "[http][tls]") {
    deployment d;
    const auto absent = d.folder.path() / "absent.pem";
    SECTION("certificate") {
        d.options.certificate = absent;
        CHECK_THAT(d.refusal(),
                   Contains("certificate " + absent.string() + ": cannot be read: No such file"));
    }
    SECTION("private key") {
        d.options.private_key = absent;
        CHECK_THAT(d.refusal(),
                   Contains("private key " + absent.string() + ": cannot be read: No such file"));
    }
    SECTION("client CA") {
        d.options.client_ca = absent;
        CHECK_THAT(d.refusal(), Contains("client CA " + absent.string() + ": cannot be read: No such file"));
    }
}

TEST_CASE("tls: a file of another kind is told", "[http][tls]") {
    deployment d;
    const auto content = GENERATE(as<std::string>{}, "", "garbage",
                                  "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                                  "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    const auto file = d.folder.write("garbage.pem", content);
    SECTION("certificate") {
        d.options.certificate = file;
        CHECK_THAT(d.refusal(),
                   Contains("certificate " + file.string() + ": is no usable PEM certificate chain"));
    }
    SECTION("private key") {
        d.options.private_key = file;
        CHECK_THAT(d.refusal(),
                   Contains("private key " + file.string() + ": is no usable unencrypted PEM key"));
    }
    SECTION("client CA") {
        d.options.client_ca = file;
        CHECK_THAT(d.refusal(), Contains("client CA " + file.string() + ": holds no usable PEM certificate"));
    }
    CHECK(ERR_peek_error() == 0); // nothing is left behind for whoever asks next
}

TEST_CASE("tls: a folder is no file", "[http][tls]") {
    deployment d;
    d.options.client_ca = d.folder.path();
    CHECK_THAT(d.refusal(), Contains("client CA"));
}

TEST_CASE("tls: the key has to be the certificate's", "[http][tls]") {
    deployment d;
    d.options.private_key = d.folder.write("other.key", make_identity("other").key_pem());
    CHECK_THAT(d.refusal(),
               Contains("private key " + d.options.private_key.string()) && Contains("certificate"));
}

TEST_CASE("tls: certificate and key may not be swapped", "[http][tls]") {
    deployment d;
    std::swap(d.options.certificate, d.options.private_key);
    const auto said = d.refusal();
    CHECK_THAT(said, Contains("is no usable PEM certificate chain"));
    CHECK_THAT(said, !Contains("BEGIN"));
}

TEST_CASE("tls: a client with a certificate of the CA completes the handshake", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io,IP:127.0.0.1", &d.ca);
    handshake h{*context, &client};
    CHECK(h.run());
    CHECK(SSL_version(h.server.get()) == TLS1_3_VERSION);
}

TEST_CASE("tls: a client without a certificate, or with another CA's, or an expired one, does not",
          "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    SECTION("none") {
        handshake h{*context};
        CHECK_FALSE(h.run());
    }
    SECTION("of another CA") {
        const auto other = make_identity("flotta-ca");
        const auto client = make_identity("*", "DNS:project-flotta.io", &other);
        handshake h{*context, &client};
        CHECK_FALSE(h.run());
    }
    SECTION("signed by itself") {
        const auto client = make_identity("*", "DNS:project-flotta.io");
        handshake h{*context, &client};
        CHECK_FALSE(h.run());
    }
    SECTION("expired") {
        const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca, -60);
        handshake h{*context, &client};
        CHECK_FALSE(h.run());
    }
}

TEST_CASE("tls: a client that knows no TLS 1.3 is refused", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca);
    handshake h{*context, &client};
    SSL_set_max_proto_version(h.client.get(), TLS1_2_VERSION);
    CHECK_FALSE(h.run());
}

TEST_CASE("tls: http/1.1 is chosen where it is offered, and nothing otherwise", "[http][tls]") {
    const auto [offered, chosen] = GENERATE(table<std::string, std::string>({
        {"\x02h2\x08http/1.1", "http/1.1"},
        {"\x08http/1.1", "http/1.1"},
        {"\x02h2", ""},
        {"\x08http/1.0", ""},
        {"", ""},
    }));
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca);
    handshake h{*context, &client};
    if (!offered.empty())
        REQUIRE(SSL_set_alpn_protos(h.client.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                                    static_cast<unsigned>(offered.size())) == 0);
    CHECK(h.run());
    const unsigned char* data = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(h.client.get(), &data, &size);
    CHECK(std::string(reinterpret_cast<const char*>(data), size) == chosen);
}

TEST_CASE("tls: a client is admitted by a DNS name of its certificate, and by nothing else", "[http][tls]") {
    struct row {
        std::string common_name;
        std::string alternative_names;
        bool admitted;
    };
    const auto c = GENERATE(values<row>({
        {"*", "DNS:project-flotta.io,IP:127.0.0.1", true},
        {"x", "DNS:other.io,DNS:Project-Flotta.IO", true},
        {"x", "DNS:second.example", true},
        {"project-flotta.io", "", false}, // a device picks its common name
        {"*", "", false},
        {"x", "DNS:*.io", false},
        {"x", "DNS:*", false},
        {"x", "DNS:a.project-flotta.io", false},
        {"x", "DNS:project-flotta.io.evil", false},
        {"x", "DNS:flotta.io", false},
        {"x", "URI:project-flotta.io", false},
        {"project-flotta.io", "email:a@project-flotta.io", false},
        {"project-flotta.io", "IP:127.0.0.1", false},
    }));
    INFO(c.common_name << " " << c.alternative_names);
    const deployment d;
    const auto who = who_is(d, make_identity(c.common_name, c.alternative_names, &d.ca),
                            {"project-flotta.io", "second.example"});
    CHECK(who.admitted == c.admitted);
    CHECK(who.name == (c.common_name == "*" ? "CN=*" : "CN=" + c.common_name));
}

TEST_CASE("tls: where no name is admitted, nobody is", "[http][tls]") {
    const deployment d;
    CHECK_FALSE(who_is(d, make_identity("x", "DNS:project-flotta.io", &d.ca), {}).admitted);
}

TEST_CASE("tls: a hostile subject is one line of plain text", "[http][tls]") {
    const deployment d;
    const auto who = who_is(d, make_identity("a\nb,O=\"x\"\x01\xc3\xa4", "", &d.ca), {"x"});
    for (const char c : who.name) CHECK((c >= 0x20 && c < 0x7f));
    CHECK(who.name.size() <= 256);
}

TEST_CASE("tls: without a handshake there is no peer", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const handshake h{*context};
    const auto who = identify(h.server.get(), {"project-flotta.io"});
    CHECK_FALSE(who.admitted);
}

// crypto/tls of Go 1.20: its order, and the algorithms that it offers although we refuse them.
TEST_CASE("tls: Go's client settles on X25519 and gets the chain of the file, without names of CAs",
          "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca);
    handshake h{*context, &client};
    SSL_set1_groups_list(h.client.get(), "X25519:P-256:P-384:P-521");
    SSL_set1_sigalgs_list(h.client.get(),
                          "rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256:ed25519:rsa_pss_rsae_sha384:"
                          "rsa_pss_rsae_sha512:RSA+SHA256:RSA+SHA384:RSA+SHA512:ecdsa_secp384r1_sha384:"
                          "ecdsa_secp521r1_sha512:RSA+SHA1:ECDSA+SHA1");
    REQUIRE(h.run());
    CHECK(std::string{SSL_get_cipher_name(h.server.get())}.starts_with("TLS_"));
    CHECK(SSL_get_negotiated_group(h.server.get()) == NID_X25519);
    CHECK(sk_X509_num(SSL_get_peer_cert_chain(h.client.get())) == 1);
    CHECK(sk_X509_NAME_num(SSL_get0_peer_CA_list(h.client.get())) <= 0);
    CHECK(SSL_SESSION_is_resumable(SSL_get0_session(h.client.get())) == 0);
}

TEST_CASE("tls: what Go does not need is not spoken", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca);
    handshake h{*context, &client};
    SECTION("other groups") { SSL_set1_groups_list(h.client.get(), "P-521:X448"); }
    SECTION("other signatures") { SSL_set1_sigalgs_list(h.client.get(), "ecdsa_secp521r1_sha512:ed448"); }
    SECTION("other cipher suites") {
        SSL_set_ciphersuites(h.client.get(), "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256");
    }
    CHECK_FALSE(h.run());
}

TEST_CASE("tls: a client's chain has at most 16 KiB", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    std::string names;
    for (int i = 0; i < 1000; ++i) names += "DNS:name-" + std::to_string(i) + ".example,";
    const auto client = make_identity("*", names + "DNS:project-flotta.io", &d.ca);
    handshake h{*context, &client};
    CHECK_FALSE(h.run());
}

TEST_CASE("tls: a client is verified once, and proves that it has the key every time", "[http][tls]") {
    const deployment d;
    const auto context = context_of(d);
    const auto client = make_identity("*", "DNS:project-flotta.io", &d.ca);
    for (int i = 0; i < 3; ++i) {
        handshake h{*context, &client};
        CHECK(h.run());
        CHECK(identify(h.server.get(), {"project-flotta.io"}).admitted);
    }
    CHECK(context->verified().hits() == 2);
    // Somebody else with the same certificate, but not its key: OpenSSL's client would not send it.
    handshake thief{*context};
    const auto other = make_identity("thief");
    REQUIRE(SSL_use_certificate(thief.client.get(), client.certificate.get()) == 1);
    CHECK(SSL_use_PrivateKey(thief.client.get(), other.key.get()) != 1);
    CHECK_FALSE(thief.run());
}
