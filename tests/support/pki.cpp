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

authority::authority(std::filesystem::path folder, std::string name, bool signs_lists)
    : authority{std::move(folder), name, nullptr, signs_lists} {}

authority authority::subordinate(std::string name) { return authority{folder_, name, this, true}; }

authority::authority(std::filesystem::path folder, const std::string& name, authority* issuer,
                     bool signs_lists)
    : folder_{std::move(folder)}, certificate_{folder_ / (name + ".crt")}, key_{make_key()} {
    std::filesystem::create_directories(folder_);
    subject about;
    about.common_name = name;
    own_ = blank(about, key_.get(), issuer != nullptr ? issuer->serial_++ : serial_++);
    auto* by = issuer != nullptr ? issuer->own_.get() : own_.get();
    X509_set_issuer_name(own_.get(), X509_get_subject_name(by));
    extend(own_.get(), by, NID_basic_constraints, "critical,CA:TRUE");
    extend(own_.get(), by, NID_key_usage,
           signs_lists ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature,keyCertSign");
    extend(own_.get(), by, NID_subject_key_identifier, "hash");
    X509_sign(own_.get(), issuer != nullptr ? issuer->key_.get() : key_.get(), EVP_sha256());
    write_pem(certificate_, [this](std::FILE* out) { return PEM_write_X509(out, own_.get()); });
}

identity authority::issue(const std::string& name, const subject& about) {
    const auto key = make_key();
    const auto made = blank(about, key.get(), about.serial != 0 ? about.serial : serial_++);
    X509_set_issuer_name(made.get(), X509_get_subject_name(own_.get()));
    extend(made.get(), own_.get(), NID_basic_constraints, "critical,CA:FALSE");
    extend(made.get(), own_.get(), NID_ext_key_usage,
           about.for_clients ? "clientAuth,serverAuth" : "serverAuth");
    extend(made.get(), own_.get(), NID_authority_key_identifier, "keyid");
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

std::filesystem::path authority::revoke(const std::string& name,
                                        const std::vector<std::filesystem::path>& revoked,
                                        long valid_to_s) const {
    const std::shared_ptr<X509_CRL> list{X509_CRL_new(), &X509_CRL_free};
    X509_CRL_set_version(list.get(), 1);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(own_.get()));
    const std::shared_ptr<ASN1_TIME> from{X509_gmtime_adj(nullptr, -3600), &ASN1_TIME_free};
    const std::shared_ptr<ASN1_TIME> until{X509_gmtime_adj(nullptr, valid_to_s), &ASN1_TIME_free};
    X509_CRL_set1_lastUpdate(list.get(), from.get());
    X509_CRL_set1_nextUpdate(list.get(), until.get());
    X509V3_CTX context;
    X509V3_set_ctx(&context, own_.get(), nullptr, nullptr, list.get(), 0);
    const std::shared_ptr<X509_EXTENSION> by{
        X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid"), &X509_EXTENSION_free};
    X509_CRL_add_ext(list.get(), by.get(), -1);
    for (const auto& file : revoked) {
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> in{std::fopen(file.c_str(), "r"), &std::fclose};
        const std::shared_ptr<X509> bad{PEM_read_X509(in.get(), nullptr, nullptr, nullptr), &X509_free};
        auto* entry = X509_REVOKED_new();
        X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(bad.get()));
        X509_REVOKED_set_revocationDate(entry, from.get());
        X509_CRL_add0_revoked(list.get(), entry);
    }
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
    auto path = folder_ / (name + ".crl");
    write_pem(path, [&](std::FILE* out) { return PEM_write_X509_CRL(out, list.get()); });
    return path;
}

} // namespace edgeconf::test
