#include "support/pki.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace edgeconf::test {
namespace {

std::shared_ptr<EVP_PKEY> make_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

std::shared_ptr<X509> blank(const subject& about, EVP_PKEY* key, long serial) {
    const std::shared_ptr<X509> made{X509_new(), &X509_free};
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), about.valid_from_hours * 3600L);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), about.valid_to_hours * 3600L);
    X509_set_pubkey(made.get(), key);
    auto* name = X509_get_subject_name(made.get());
    const auto add = [name](const char* field, const std::string& value) {
        if (value.empty()) return;
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.c_str()), -1, -1, 0);
    };
    add("O", about.organisation);
    add("OU", about.unit);
    add("CN", about.common_name);
    return made;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (extension == nullptr) throw std::runtime_error{"not an extension: " + value};
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

template <class Write>
void write_pem(const std::filesystem::path& file, Write&& write) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out{std::fopen(file.c_str(), "w"), &std::fclose};
    if (!out || write(out.get()) != 1) throw std::runtime_error{"cannot write " + file.string()};
}

std::string alternative_names(const subject& about) {
    std::string names;
    for (const auto& dns : about.dns) names += (names.empty() ? "DNS:" : ",DNS:") + dns;
    for (const auto& ip : about.ip) names += (names.empty() ? "IP:" : ",IP:") + ip;
    return names;
}

} // namespace

authority::authority(std::filesystem::path folder, std::string name)
    : folder_{std::move(folder)}, certificate_{folder_ / (name + ".crt")}, key_{make_key()} {
    std::filesystem::create_directories(folder_);
    subject about;
    about.common_name = name;
    own_ = blank(about, key_.get(), serial_++);
    X509_set_issuer_name(own_.get(), X509_get_subject_name(own_.get()));
    extend(own_.get(), own_.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(own_.get(), own_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    X509_sign(own_.get(), key_.get(), EVP_sha256());
    write_pem(certificate_, [this](std::FILE* out) { return PEM_write_X509(out, own_.get()); });
}

identity authority::issue(const std::string& name, const subject& about) {
    const auto key = make_key();
    const auto made = blank(about, key.get(), serial_++);
    X509_set_issuer_name(made.get(), X509_get_subject_name(own_.get()));
    extend(made.get(), own_.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(made.get(), own_.get(), NID_ext_key_usage,
           about.for_clients ? "clientAuth,serverAuth" : "serverAuth");
    if (const auto names = alternative_names(about); !names.empty())
        extend(made.get(), own_.get(), NID_subject_alt_name, names);
    X509_sign(made.get(), key_.get(), EVP_sha256());

    const identity files{folder_ / (name + ".crt"), folder_ / (name + ".key")};
    write_pem(files.certificate, [&](std::FILE* out) { return PEM_write_X509(out, made.get()); });
    write_pem(files.key, [&](std::FILE* out) {
        return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    std::filesystem::permissions(files.key,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return files;
}

} // namespace edgeconf::test
