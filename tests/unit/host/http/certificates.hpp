// Keys and certificates, made while a test runs.
#pragma once

#include "support/catch.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

struct free_held {
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509_EXTENSION* p) const { X509_EXTENSION_free(p); }
};
template <class T>
using held = std::unique_ptr<T, free_held>;

// A certificate and its key.
struct identity {
    held<EVP_PKEY> key;
    held<X509> certificate;

    std::string key_pem() const {
        const held<BIO> out{BIO_new(BIO_s_mem())};
        REQUIRE(PEM_write_bio_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
        return text(out.get());
    }
    std::string certificate_pem() const {
        const held<BIO> out{BIO_new(BIO_s_mem())};
        REQUIRE(PEM_write_bio_X509(out.get(), certificate.get()) == 1);
        return text(out.get());
    }

private:
    static std::string text(BIO* from) {
        char* data = nullptr;
        const auto size = BIO_get_mem_data(from, &data);
        return {data, static_cast<std::size_t>(size)};
    }
};

// A certificate for `common_name` with `alternative_names` ("DNS:a,IP:127.0.0.1", or nothing), signed by
// `issuer`, or by itself and then a CA.
inline identity make_identity(const std::string& common_name, const std::string& alternative_names = {},
                              const identity* issuer = nullptr, long valid_for_s = 3600) {
    static long serial = 0;
    identity made{held<EVP_PKEY>{EVP_EC_gen("P-256")}, held<X509>{X509_new()}};
    REQUIRE(made.key);
    auto* c = made.certificate.get();
    X509_set_version(c, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(c), -7200);
    X509_gmtime_adj(X509_getm_notAfter(c), valid_for_s);
    X509_set_pubkey(c, made.key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    const auto& signer = issuer != nullptr ? *issuer : made;
    X509_set_issuer_name(c, X509_get_subject_name(signer.certificate.get()));
    const auto add = [&](int what, const std::string& value) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, signer.certificate.get(), c, nullptr, nullptr, 0);
        const held<X509_EXTENSION> extension{X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str())};
        REQUIRE(extension);
        X509_add_ext(c, extension.get(), -1);
    };
    add(NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
    if (!alternative_names.empty()) add(NID_subject_alt_name, alternative_names);
    REQUIRE(X509_sign(c, signer.key.get(), EVP_sha256()) > 0);
    return made;
}
