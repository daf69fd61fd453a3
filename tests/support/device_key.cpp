#include "support/device_key.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace edgeconf::test {
namespace {

void require(bool done) {
    if (!done) throw std::runtime_error{"cannot make a certificate request"};
}

} // namespace

device_key::device_key() : key_{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), &EVP_PKEY_free} {
    require(key_ != nullptr);
}

std::string device_key::certificate_request(const std::string& id) const {
    const std::unique_ptr<X509_REQ, decltype(&X509_REQ_free)> request{X509_REQ_new(), &X509_REQ_free};
    const auto* name = reinterpret_cast<const unsigned char*>(id.data());
    require(X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_ASC, name,
                                       static_cast<int>(id.size()), -1, 0) == 1);
    require(X509_REQ_set_pubkey(request.get(), key_.get()) == 1);
    require(X509_REQ_sign(request.get(), key_.get(), EVP_sha256()) > 0);
    const std::unique_ptr<BIO, decltype(&BIO_free)> into{BIO_new(BIO_s_mem()), &BIO_free};
    require(PEM_write_bio_X509_REQ(into.get(), request.get()) == 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(into.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace edgeconf::test
