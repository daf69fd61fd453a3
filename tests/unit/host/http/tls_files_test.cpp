// Which files make a context, which do not, and that all of them change together or not at all.
#include "support/catch.hpp"
#include "support/pki.hpp"
#include "support/temp_folder.hpp"

#include "http/openssl.hpp"
#include "http/tls_source.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <sys/stat.h>

using namespace edgeconf;
using namespace edgeconf::http;
using Catch::Contains;
namespace test = edgeconf::test;
namespace fs = std::filesystem;

namespace {

struct deployment {
    test::temp_folder folder;
    test::authority ca;
    test::identity server;
    tls_files files;

    explicit deployment(bool signs_lists = true)
        : ca{folder.path(), "ca", signs_lists}, server{ca.issue("server", {.common_name = "server"})},
          files{server.certificate, server.key, ca.certificate(), {}} {}

    std::string refusal() const {
        const auto made = tls_context::make(files);
        CHECK(ERR_peek_error() == 0);
        return made ? "" : made.error().detail;
    }
};

// A private key file of another kind, with a certificate of its own signing.
test::identity self_signed(const deployment& d, const char* kind, const char* group_or_bits) {
    const owned<EVP_PKEY> key{std::string_view{kind} == "RSA"  ? EVP_RSA_gen(std::stoul(group_or_bits))
                              : std::string_view{kind} == "EC" ? EVP_EC_gen(group_or_bits)
                                                               : EVP_PKEY_Q_keygen(nullptr, nullptr, kind)};
    REQUIRE(key);
    const owned<X509> made{X509_new()};
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    const auto* digest = std::string_view{kind} == "ED25519" ? nullptr : EVP_sha256();
    REQUIRE(X509_sign(made.get(), key.get(), digest) > 0);
    const test::identity paths{d.folder.path() / "k.crt", d.folder.path() / "k.key"};
    const owned<BIO> certificate{BIO_new_file(paths.certificate.c_str(), "w")};
    const owned<BIO> key_file{BIO_new_file(paths.key.c_str(), "w")};
    REQUIRE(PEM_write_bio_X509(certificate.get(), made.get()) == 1);
    REQUIRE(PEM_write_bio_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
    return paths;
}

} // namespace

TEST_CASE("tls files: an encrypted key is refused without asking anybody", "[http][tls]") {
    deployment d;
    const owned<EVP_PKEY> key{EVP_EC_gen("P-256")};
    d.files.private_key = d.folder.path() / "encrypted.key";
    {
        const owned<BIO> out{BIO_new_file(d.files.private_key.c_str(), "w")};
        std::string phrase = "secret";
        REQUIRE(PEM_write_bio_PKCS8PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(), phrase.data(), 6,
                                              nullptr, nullptr) == 1);
    }
    CHECK_THAT(d.refusal(), Contains("encrypted.key: is encrypted") && Contains("openssl pkey"));
}

TEST_CASE("tls files: keys that every client would refuse are refused at once", "[http][tls]") {
    deployment d;
    const auto [kind, size, fine] = GENERATE(table<const char*, const char*, bool>({{"EC", "P-256", true},
                                                                                    {"EC", "P-384", true},
                                                                                    {"EC", "P-521", false},
                                                                                    {"RSA", "2048", true},
                                                                                    {"RSA", "1024", false},
                                                                                    {"ED25519", "", true},
                                                                                    {"ED448", "", false}}));
    if (std::string_view{kind} == "ED448") return; // cannot sign its own certificate with a digest
    INFO(kind << " " << size);
    const auto pair = self_signed(d, kind, size);
    d.files.certificate = pair.certificate;
    d.files.private_key = pair.key;
    CHECK(d.refusal().empty() == fine);
    if (!fine) CHECK_THAT(d.refusal(), Contains("use ECDSA P-256 or P-384"));
}

TEST_CASE("tls files: a server certificate that is not valid now is refused", "[http][tls]") {
    deployment d;
    d.files.certificate = d.ca.issue("old", {.valid_from_hours = -48, .valid_to_hours = -24}).certificate;
    d.files.private_key = d.folder.path() / "old.key";
    CHECK_THAT(d.refusal(), Contains("expired at 20") && Contains("renew it"));
    d.files.certificate = d.ca.issue("early", {.valid_from_hours = 24, .valid_to_hours = 48}).certificate;
    d.files.private_key = d.folder.path() / "early.key";
    CHECK_THAT(d.refusal(), Contains("is not valid before 20"));
}

TEST_CASE("tls files: a client CA has to be one", "[http][tls]") {
    deployment d;
    d.files.client_ca = d.server.certificate;
    CHECK_THAT(d.refusal(), Contains("CN=server") && Contains("is no CA"));
}

TEST_CASE("tls files: a pipe in a file's place holds nobody up", "[http][tls]") {
    deployment d;
    d.files.private_key = d.folder.path() / "pipe";
    REQUIRE(mkfifo(d.files.private_key.c_str(), 0600) == 0);
    CHECK_THAT(d.refusal(), Contains("it is not a file"));
}

TEST_CASE("tls files: every client CA needs a CRL, and every CRL a client CA", "[http][tls]") {
    deployment d;
    test::authority other{d.folder.path() / "other", "other-ca"};
    test::authority impostor{d.folder.path() / "impostor", "ca"};
    d.files.crl = d.ca.revoke("ca", {});
    CHECK(d.refusal().empty());
    SECTION("of another CA") {
        d.files.crl = other.revoke("other", {});
        CHECK_THAT(d.refusal(), Contains("the list of CN=other-ca") && Contains("signed by no certificate"));
    }
    SECTION("of one with the same name and another key") {
        d.files.crl = impostor.revoke("ca", {});
        CHECK_THAT(d.refusal(), Contains("signed by no certificate"));
    }
    SECTION("missing for one of two") {
        d.files.client_ca = d.folder.write("both.crt", test::read_file(d.ca.certificate()) +
                                                           test::read_file(other.certificate()));
        CHECK_THAT(d.refusal(), Contains("has no list of CN=other-ca"));
        d.files.crl = d.folder.write("both.crl",
                                     test::read_file(*d.files.crl) + test::read_file(other.revoke("o", {})));
        CHECK(d.refusal().empty());
    }
    SECTION("expired") {
        d.files.crl = d.ca.revoke("expired", {}, -60);
        CHECK_THAT(d.refusal(), Contains("expired.crl: the list of CN=ca") && Contains("expired at 20"));
    }
    SECTION("no list at all") {
        d.files.crl = d.ca.certificate();
        CHECK_THAT(d.refusal(), Contains("holds no usable PEM certificate revocation list"));
    }
    SECTION("of a CA that is not marked for it, as Flotta's") {
        deployment flotta{false};
        flotta.files.crl = flotta.ca.revoke("flotta", {});
        CHECK(flotta.refusal().empty());
    }
}

TEST_CASE("tls source: takes a whole new pair, and never half of one", "[http][tls]") {
    deployment d;
    const auto live_certificate = d.folder.write("live.crt", test::read_file(d.server.certificate));
    const auto live_key = d.folder.write("live.key", test::read_file(d.server.key));
    const auto source = tls_source::open({live_certificate, live_key, d.ca.certificate(), {}}).value();
    const auto first = source->current();
    CHECK_FALSE(source->reload().value());

    const auto next = d.ca.issue("next", {.common_name = "next"});
    d.folder.write("live.crt", test::read_file(next.certificate));
    REQUIRE(source->reload().has_error());
    CHECK_THAT(source->reload().error().detail, Contains("does not belong to the certificate"));
    CHECK(source->current() == first);
    d.folder.write("live.key", test::read_file(next.key));
    CHECK(source->reload().value());
    CHECK(source->current() != first);
    CHECK(source->expiries().front().name == "CN=next,O=flotta-operator");
    CHECK_FALSE(source->reload().value());
    CHECK(source->taken() == 1);
    CHECK(source->failed() == 2);

    fs::remove(live_key);
    CHECK(source->reload().has_error());
    CHECK(source->expiries().front().name == "CN=next,O=flotta-operator");
}
