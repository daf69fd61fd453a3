#include "fleet/csr_key.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <utility>

namespace edgeconf::fleet {

namespace {

using namespace std::string_literals;

constexpr std::size_t pem_limit = 16u << 10;
constexpr std::string_view white_space = " \t\r\n";
constexpr std::string_view block_begin = "-----BEGIN ";
constexpr int least_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192; // past it a signature takes milliseconds to verify

struct release {
    void operator()(BIO* bio) const noexcept { BIO_free(bio); }
    void operator()(X509_REQ* request) const noexcept { X509_REQ_free(request); }
    template <class Byte>
    void operator()(Byte* bytes) const noexcept {
        OPENSSL_free(bytes);
    }
};

template <class T>
using owned = std::unique_ptr<T, release>;

// The queue is the thread's, and others read it: what was in it stays, what is added goes.
class error_mark {
public:
    error_mark() noexcept { ERR_set_mark(); }
    ~error_mark() { ERR_pop_to_mark(); }
    error_mark(const error_mark&) = delete;
    error_mark& operator=(const error_mark&) = delete;
};

// The DER in the one PEM block that `pem` consists of; empty if it consists of anything else. PEM_read_bio
// passes over what it does not take for a block, so a second beginning is looked for here; it decrypts
// nothing and so never asks for a pass phrase.
std::string request_der(std::string_view pem) {
    const auto begin = pem.find_first_not_of(white_space);
    if (begin == pem.npos || pem.find(block_begin) != begin || pem.rfind(block_begin) != begin) return {};
    const owned<BIO> source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long length = 0;
    if (!source || PEM_read_bio(source.get(), &name, &header, &data, &length) != 1) return {};
    const owned<char> named{name};
    const owned<char> headed{header};
    const owned<unsigned char> der{data};
    const std::string_view label{name};
    if (label != PEM_STRING_X509_REQ && label != PEM_STRING_X509_REQ_OLD) return {};
    char* rest = nullptr;
    const auto rest_length = static_cast<std::size_t>(BIO_get_mem_data(source.get(), &rest));
    if (*header != '\0' || std::string_view{rest, rest_length}.find_first_not_of(white_space) != pem.npos)
        return {};
    return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(length)};
}

// Null unless `der` is one request and no more.
owned<X509_REQ> read_request(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    const auto* const end = at + der.size();
    owned<X509_REQ> request{d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()))};
    return at == end ? std::move(request) : nullptr;
}

bool is_named_curve(EVP_PKEY* key) {
    static constexpr std::array<std::string_view, 3> curves{"prime256v1", "secp384r1", "secp521r1"};
    const auto text_of = [key](const char* parameter) {
        std::array<char, 32> text{};
        std::size_t length = 0;
        EVP_PKEY_get_utf8_string_param(key, parameter, text.data(), text.size(), &length);
        return std::string{text.data()};
    };
    return text_of(OSSL_PKEY_PARAM_EC_ENCODING) == OSSL_PKEY_EC_ENCODING_GROUP &&
           std::find(curves.begin(), curves.end(), text_of(OSSL_PKEY_PARAM_GROUP_NAME)) != curves.end();
}

// Checking a signature takes as long as the exponent is; those in use are 65537.
bool has_small_exponent(EVP_PKEY* key) {
    BIGNUM* found = nullptr;
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &found);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> exponent{found, &BN_free};
    return exponent && BN_num_bits(exponent.get()) <= 32;
}

// Why the key is not taken; empty if it is.
std::string judge_key(EVP_PKEY* key) {
    if (key == nullptr) return "the certificate request's key cannot be read";
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
        const int bits = EVP_PKEY_get_bits(key);
        if (bits >= least_rsa_bits && bits <= most_rsa_bits && !has_small_exponent(key)) {
            return "the certificate request's RSA key has a public exponent of more than 32 bits";
        }
        if (bits >= least_rsa_bits && bits <= most_rsa_bits) return {};
        return "the certificate request's RSA key has " + std::to_string(bits) + " bits; it takes " +
               std::to_string(least_rsa_bits) + " to " + std::to_string(most_rsa_bits);
    }
    case EVP_PKEY_EC:
        if (is_named_curve(key)) return {};
        return "the certificate request's EC key is on none of the curves P-256, P-384 and P-521";
    case EVP_PKEY_ED25519: return {};
    default: return "the certificate request's key is none of RSA, EC and Ed25519";
    }
}

} // namespace

csr_key csr_public_key(std::string_view pem) {
    const error_mark mark;
    if (pem.size() > pem_limit) {
        return "the certificate request is longer than "s + std::to_string(pem_limit) + " bytes";
    }
    const auto der = request_der(pem);
    if (der.empty()) return "the certificate request is not one PEM block CERTIFICATE REQUEST and no more"s;
    const auto request = read_request(der);
    if (!request) return "the certificate request's PEM block does not hold a PKCS #10 request"s;
    auto* key = X509_REQ_get0_pubkey(request.get());
    if (auto problem = judge_key(key); !problem.empty()) return problem;
    if (X509_REQ_verify(request.get(), key) != 1) {
        return "the certificate request's signature does not fit its key"s;
    }
    unsigned char* encoded = nullptr;
    const int length = i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request.get()), &encoded);
    if (length <= 0) throw std::bad_alloc{};
    const owned<unsigned char> bytes{encoded};
    return sha256({reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length)});
}

} // namespace edgeconf::fleet
