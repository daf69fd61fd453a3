#include "fleet/csr_key.hpp"

#include "support/catch.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using Catch::Contains;

namespace {

struct release {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509_REQ* request) const { X509_REQ_free(request); }
};

using owned_key = std::unique_ptr<EVP_PKEY, release>;
using owned_request = std::unique_ptr<X509_REQ, release>;

owned_key curve_key(const char* curve) { return owned_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)}; }

owned_key rsa_key(std::size_t bits) { return owned_key{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)}; }

owned_key plain_key(const char* type) { return owned_key{EVP_PKEY_Q_keygen(nullptr, nullptr, type)}; }

// As a device makes it: the id as its only name. Without `signer`, `key` signs.
owned_request request_of(EVP_PKEY* key, EVP_PKEY* signer = nullptr) {
    owned_request request{X509_REQ_new()};
    auto* name = X509_REQ_get_subject_name(request.get());
    const auto* id = reinterpret_cast<const unsigned char*>("pump-7");
    REQUIRE(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, id, -1, -1, 0) == 1);
    REQUIRE(X509_REQ_set_pubkey(request.get(), key) == 1);
    const auto kind = EVP_PKEY_get_base_id(key);
    const bool hashes = kind != EVP_PKEY_ED25519 && kind != EVP_PKEY_ED448;
    REQUIRE(X509_REQ_sign(request.get(), signer == nullptr ? key : signer, hashes ? EVP_sha256() : nullptr) >
            0);
    return request;
}

template <class Write>
std::string written(Write write) {
    const std::unique_ptr<BIO, release> to{BIO_new(BIO_s_mem())};
    REQUIRE(write(to.get()) == 1);
    char* text = nullptr;
    const auto length = BIO_get_mem_data(to.get(), &text);
    return {text, static_cast<std::size_t>(length)};
}

std::string pem_of(X509_REQ* request) {
    return written([&](BIO* to) { return PEM_write_bio_X509_REQ(to, request); });
}

std::string pem_of(EVP_PKEY* key) { return pem_of(request_of(key).get()); }

std::string pem_block(const std::string& name, const std::string& bytes) {
    return "-----BEGIN " + name + "-----\n" + encode_base64(bytes) + "\n-----END " + name + "-----\n";
}

digest fingerprint(EVP_PKEY* key) {
    return sha256(written([&](BIO* to) { return i2d_PUBKEY_bio(to, key); }));
}

std::string refusal(std::string_view pem) {
    const auto read = csr_public_key(pem);
    CHECK(ERR_peek_error() == 0);
    return read ? "none" : read.error();
}

// As Flotta's device worker sends it: ECDSA on P-256, the id as the only name, no attributes.
constexpr std::string_view from_a_device = R"(-----BEGIN CERTIFICATE REQUEST-----
MIHRMHkCAQAwFzEVMBMGA1UEAwwMZWRnZS1wdW1wLTA3MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE3+XAnIjVDjhFnWaSuVtddafZXIeNhul5khw/mGj73//QicRy
Yld46rXWIFBDhLM7SwnAUkj1ZIfInThlZtGgqKAAMAoGCCqGSM49BAMCA0gAMEUC
IQCOlfRzGfYVlRnG1+zOQuOZtxPklZaIHUik8cp8mI+kfAIgSWoSQgSQruaY2gHn
c9D5VgRBdSFlGVhrWkWwTILarx8=
-----END CERTIFICATE REQUEST-----
)";

} // namespace

TEST_CASE("csr_key: R20 the key of a request is known by its hash", "[fleet][unit]") {
    std::vector<std::pair<std::string, owned_key>> table;
    for (const auto* curve : {"P-256", "P-384", "P-521"}) table.emplace_back(curve, curve_key(curve));
    table.emplace_back("RSA 2048", rsa_key(2048));
    table.emplace_back("Ed25519", plain_key("ED25519"));
    for (const auto& [name, key] : table) {
        CAPTURE(name);
        const auto pem = pem_of(key.get());
        const auto read = csr_public_key(pem);
        REQUIRE(read.has_value());
        CHECK(*read == fingerprint(key.get()));
        CHECK(ERR_peek_error() == 0);
    }
}

TEST_CASE("csr_key: R20 two requests with one key agree, and two keys differ", "[fleet][unit]") {
    const auto one = curve_key("P-256");
    const auto other = curve_key("P-256");
    CHECK(*csr_public_key(pem_of(one.get())) == *csr_public_key(pem_of(one.get())));
    CHECK(*csr_public_key(pem_of(one.get())) != *csr_public_key(pem_of(other.get())));
}

TEST_CASE("csr_key: R20 a device's request is taken, with blank lines around it and Windows' line ends",
          "[fleet][unit]") {
    const auto key = csr_public_key(from_a_device);
    REQUIRE(key.has_value());
    CHECK(hexadecimal(*key, 64) == "14c844c83fdc088ff7d9541b5b866d018850454ed314543ab85cc2e7f96a3c6d");
    CHECK(*csr_public_key("\n\n" + std::string{from_a_device} + " \n\n") == *key);
    std::string windows;
    for (const char c : from_a_device) windows += c == '\n' ? std::string{"\r\n"} : std::string{c};
    CHECK(*csr_public_key(windows) == *key);
}

TEST_CASE("csr_key: R20 nobody can claim a key that is not theirs", "[fleet][unit]") {
    const auto victim = curve_key("P-256");
    const auto thief = curve_key("P-256");
    const auto request = request_of(victim.get(), thief.get());
    CHECK_THAT(refusal(pem_of(request.get())), Contains("signature does not fit"));
}

TEST_CASE("csr_key: R20 keys that are weak, costly or unusual are refused", "[fleet][unit]") {
    const auto explicit_curve = curve_key("P-256");
    REQUIRE(EVP_PKEY_set_utf8_string_param(explicit_curve.get(), OSSL_PKEY_PARAM_EC_ENCODING,
                                           OSSL_PKEY_EC_ENCODING_EXPLICIT) == 1);
    CHECK_THAT(refusal(pem_of(explicit_curve.get())), Contains("on none of the curves"));
    CHECK_THAT(refusal(pem_of(curve_key("P-224").get())), Contains("on none of the curves"));
    CHECK_THAT(refusal(pem_of(curve_key("secp256k1").get())), Contains("on none of the curves"));
    CHECK_THAT(refusal(pem_of(rsa_key(1024).get())), Contains("1024 bits") && Contains("2048"));
    CHECK_THAT(refusal(pem_of(plain_key("ED448").get())), Contains("none of RSA, EC and Ed25519"));
}

TEST_CASE("csr_key: R20 an RSA key that takes long to verify is refused before that", "[fleet][unit]") {
    // No such key has to exist: the public half is all that is read.
    const std::string modulus(1100, '\xff');
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), &EVP_PKEY_CTX_free};
    std::string number{modulus};
    std::uint64_t exponent = 65537;
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, reinterpret_cast<unsigned char*>(number.data()),
                                number.size()),
        OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &exponent), OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    REQUIRE(EVP_PKEY_fromdata_init(context.get()) == 1);
    REQUIRE(EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters) == 1);
    const owned_key huge{made};
    const auto signer = rsa_key(2048);
    CHECK_THAT(refusal(pem_of(request_of(huge.get(), signer.get()).get())), Contains("8800 bits"));
}

TEST_CASE("csr_key: R20 what is not one certificate request is refused", "[fleet][unit]") {
    const auto key = curve_key("P-256");
    const auto request = request_of(key.get());
    const auto pem = pem_of(request.get());
    const auto der = written([&](BIO* to) { return i2d_X509_REQ_bio(to, request.get()); });
    const std::string name = "CERTIFICATE REQUEST";

    const std::vector<std::pair<std::string, std::string>> not_one_block{
        {"nothing", ""},
        {"spaces", " \n "},
        {"DER", der},
        {"base64 without a frame", encode_base64(der)},
        {"base64 of PEM", encode_base64(pem)},
        {"text before", "Certificate Request:\n" + pem},
        {"text after", pem + "x"},
        {"a NUL after", pem + std::string(1, '\0')},
        {"two requests", pem + pem},
        {"a broken block before", "-----BEGIN X\n" + pem},
        {"no end", pem.substr(0, pem.size() / 2)},
        {"another end", pem_block("X", der) + "-----END CERTIFICATE REQUEST-----\n"},
        {"a certificate", pem_block("CERTIFICATE", der)},
        {"not base64", pem_block(name, der).insert(60, "!")},
        {"headers, which ask for a pass phrase",
         "-----BEGIN CERTIFICATE REQUEST-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n" +
             encode_base64(der) + "\n-----END CERTIFICATE REQUEST-----\n"},
    };
    for (const auto& [what, text] : not_one_block) {
        CAPTURE(what);
        CHECK_THAT(refusal(text), Contains("not one PEM block"));
    }
    for (const auto& bytes : {der + "x", der.substr(0, der.size() - 1), std::string{"\x30\x00", 2}}) {
        CHECK_THAT(refusal(pem_block(name, bytes)), Contains("PKCS #10"));
    }
    CHECK(refusal(pem_block(name, der)) == "none");
    CHECK(refusal(pem_block("NEW " + name, der)) == "none");
}

TEST_CASE("csr_key: R20 a request is at most 16 KiB long", "[fleet][unit]") {
    const auto key = curve_key("P-256");
    auto pem = pem_of(key.get());
    pem.resize(16 << 10, '\n');
    CHECK(refusal(pem) == "none");
    CHECK_THAT(refusal(pem + "\n"), Contains("longer than 16384"));
}

TEST_CASE("csr_key: no changed byte of a request passes as another key", "[fleet][unit]") {
    const auto key = curve_key("P-256");
    const auto request = request_of(key.get());
    const auto der = written([&](BIO* to) { return i2d_X509_REQ_bio(to, request.get()); });
    for (std::size_t at = 0; at < der.size(); ++at) {
        auto changed = der;
        changed[at] = static_cast<char>(changed[at] ^ 0x01);
        const auto read = csr_public_key(pem_block("CERTIFICATE REQUEST", changed));
        CAPTURE(at);
        CHECK((!read || *read == fingerprint(key.get())));
    }
}

TEST_CASE("csr_key: what others left in OpenSSL's error queue stays", "[fleet][unit]") {
    ERR_raise(ERR_LIB_USER, 42);
    CHECK_FALSE(csr_public_key(pem_block("CERTIFICATE REQUEST", "x")).has_value());
    CHECK(ERR_GET_REASON(ERR_get_error()) == 42);
    CHECK(ERR_get_error() == 0);
}
