#include "http/tls_pem.hpp"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace edgeconf::http {
namespace {

owned<BIO> reader(const std::string& content) {
    return owned<BIO>{BIO_new_mem_buf(content.data(), static_cast<int>(content.size()))};
}

// All objects of one kind in the file; other kinds are passed over. False if one cannot be read, and then
// OpenSSL's queue has the reason.
template <class T, class Read>
bool read_all(const std::string& content, Read&& read, std::vector<owned<T>>& into) {
    ERR_clear_error();
    const auto in = reader(content);
    while (owned<T> next{read(in.get(), nullptr, nullptr, nullptr)}) into.push_back(std::move(next));
    const auto end = ERR_peek_last_error();
    if (!into.empty() && ERR_GET_LIB(end) == ERR_LIB_PEM && ERR_GET_REASON(end) == PEM_R_NO_START_LINE) {
        ERR_clear_error();
        return true;
    }
    return false;
}

int no_passphrase(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

// What is offered to clients at the handshake; any other key would load and then fail for everybody.
bool is_spoken(const EVP_PKEY* key) {
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        std::array<char, 64> group{};
        std::size_t size = 0;
        if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return false;
        const auto id = OBJ_txt2nid(group.data());
        return id == NID_X9_62_prime256v1 || id == NID_secp384r1;
    }
    if (EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1)
        return EVP_PKEY_get_bits(key) >= 2048;
    return EVP_PKEY_is_a(key, "ED25519") == 1;
}

// `list` is signed by `authority`. A CA of that name whose key is another one does not count.
bool is_of(X509_CRL* list, X509* authority) {
    const bool of = X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(authority)) == 0 &&
                    X509_CRL_verify(list, X509_get0_pubkey(authority)) == 1;
    ERR_clear_error();
    return of;
}

result<void> judge_time(const pem_file& from, std::string_view subject, const ASN1_TIME* begin,
                        const ASN1_TIME* end, std::string_view remedy, std::time_t now) {
    const auto valid_from = time_of(begin);
    const auto valid_until = time_of(end);
    if (!valid_from || (end != nullptr && !valid_until))
        return from.unusable(fmt::format("{} has a date that cannot be read", subject));
    if (now < *valid_from)
        return from.unusable(fmt::format("{} is not valid before {}", subject, text_of(*valid_from)));
    if (valid_until && now >= *valid_until)
        return from.unusable(fmt::format("{} expired at {}; {}", subject, text_of(*valid_until), remedy));
    return {};
}

} // namespace

problem pem_file::unusable(std::string_view why) const {
    return {errc::invalid, fmt::format("{} {}: {}", what, file.string(), why)};
}

result<std::vector<owned<X509>>> read_chain(const pem_file& from, std::time_t now) {
    std::vector<owned<X509>> chain;
    if (!read_all(from.content, &PEM_read_bio_X509, chain))
        return from.unusable("is no usable PEM certificate chain: " + openssl_error());
    const auto* own = chain.front().get();
    if (auto ok = judge_time(from, text_of(X509_get_subject_name(own)), X509_get0_notBefore(own),
                             X509_get0_notAfter(own), "renew it", now);
        !ok)
        return ok.error();
    return chain;
}

result<owned<EVP_PKEY>> read_key(const pem_file& from) {
    ERR_clear_error();
    const auto in = reader(from.content);
    bool asked = false;
    owned<EVP_PKEY> key{PEM_read_bio_PrivateKey(in.get(), nullptr, &no_passphrase, &asked)};
    if (!key) {
        const auto reason = openssl_error();
        if (asked)
            return from.unusable("is encrypted, and nobody is there to type its passphrase; decrypt it with "
                                 "openssl pkey, and protect it by its mode");
        return from.unusable("is no usable unencrypted PEM key: " + reason);
    }
    if (!is_spoken(key.get()))
        return from.unusable("is a key of a kind that is not spoken here; use ECDSA P-256 or P-384, Ed25519, "
                             "or RSA of at least 2048 bits");
    return key;
}

result<std::vector<owned<X509>>> read_authorities(const pem_file& from) {
    std::vector<owned<X509>> authorities;
    if (!read_all(from.content, &PEM_read_bio_X509, authorities))
        return from.unusable("holds no usable PEM certificate, or an unusable one: " + openssl_error());
    for (const auto& authority : authorities)
        if (X509_check_ca(authority.get()) == 0)
            return from.unusable(text_of(X509_get_subject_name(authority.get())) +
                                 " is no CA; give the certificate of who signs the clients'");
    return authorities;
}

result<std::vector<owned<X509_CRL>>> read_crls(const pem_file& from,
                                               const std::vector<owned<X509>>& authorities, std::time_t now) {
    std::vector<owned<X509_CRL>> lists;
    if (!read_all(from.content, &PEM_read_bio_X509_CRL, lists))
        return from.unusable("holds no usable PEM certificate revocation list: " + openssl_error());
    for (const auto& list : lists) {
        const auto name = text_of(X509_CRL_get_issuer(list.get()));
        const auto signed_it = [&](const auto& authority) { return is_of(list.get(), authority.get()); };
        if (std::none_of(authorities.begin(), authorities.end(), signed_it))
            return from.unusable("the list of " + name + " is signed by no certificate of client-ca");
        if (auto ok = judge_time(from, "the list of " + name, X509_CRL_get0_lastUpdate(list.get()),
                                 X509_CRL_get0_nextUpdate(list.get()), "get the next one from the CA", now);
            !ok)
            return ok.error();
    }
    for (const auto& authority : authorities) {
        const auto is_its = [&](const auto& list) { return is_of(list.get(), authority.get()); };
        if (std::none_of(lists.begin(), lists.end(), is_its))
            return from.unusable("has no list of " + text_of(X509_get_subject_name(authority.get())) +
                                 "; every CA of client-ca needs one, an empty one at least");
    }
    return lists;
}

} // namespace edgeconf::http
