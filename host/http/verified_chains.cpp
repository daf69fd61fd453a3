#include "http/verified_chains.hpp"

#include "http/openssl.hpp"

#include <openssl/x509_vfy.h>

#include <algorithm>
#include <exception>

namespace edgeconf::http {
namespace {

// Fetched once: looking the algorithm up costs more than hashing a certificate. Never freed, since
// sessions may end after static objects do.
const EVP_MD* sha256() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    return fetched;
}

std::optional<verified_chains::key> key_of(X509_STORE_CTX* context) {
    auto* presented = X509_STORE_CTX_get0_untrusted(context); // the peer's own is the first of them
    const auto* own = X509_STORE_CTX_get0_cert(context);
    if (own == nullptr || sk_X509_num(presented) < 1 || sk_X509_value(presented, 0) != own)
        return std::nullopt;
    const owned<EVP_MD_CTX> hash{EVP_MD_CTX_new()};
    if (!hash || EVP_DigestInit_ex(hash.get(), sha256(), nullptr) != 1) return std::nullopt;
    for (int i = 0; i < sk_X509_num(presented); ++i) {
        unsigned char* der = nullptr; // says its own length, so two certificates are never read as one
        const int size = i2d_X509(sk_X509_value(presented, i), &der);
        const bool hashed =
            size > 0 && EVP_DigestUpdate(hash.get(), der, static_cast<std::size_t>(size)) == 1;
        OPENSSL_free(der);
        if (!hashed) return std::nullopt;
    }
    verified_chains::key made{};
    if (EVP_DigestFinal_ex(hash.get(), made.data(), nullptr) != 1) return std::nullopt;
    return made;
}

// When all of the chain that was found is valid, from the peer's certificate to the CA's.
std::optional<validity> validity_of(X509_STORE_CTX* context) {
    const auto* chain = X509_STORE_CTX_get0_chain(context);
    if (sk_X509_num(chain) < 1) return std::nullopt;
    validity common{0, 0};
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        const auto from = time_of(X509_get0_notBefore(sk_X509_value(chain, i)));
        const auto until = time_of(X509_get0_notAfter(sk_X509_value(chain, i)));
        if (!from || !until) return std::nullopt;
        common.from = i == 0 ? *from : std::max(common.from, *from);
        common.until = i == 0 ? *until : std::min(common.until, *until);
    }
    return common;
}

} // namespace

bool verified_chains::verify(X509_STORE_CTX* context) noexcept {
    std::optional<key> presented;
    try {
        presented = key_of(context);
        if (presented && holds(*presented, std::time(nullptr))) {
            X509_STORE_CTX_set_error(context, X509_V_OK);
            return true;
        }
    } catch (const std::exception&) { // no memory: then without remembering
        presented.reset();
    }
    if (X509_verify_cert(context) != 1 || X509_STORE_CTX_get_error(context) != X509_V_OK) return false;
    try {
        if (!presented) return true;
        if (const auto valid = validity_of(context)) remember(*presented, *valid);
    } catch (const std::exception&) {
        return true; // it was verified; only remembering it failed
    }
    return true;
}

bool verified_chains::holds(const key& presented, std::time_t now) {
    const std::lock_guard lock{mutex_};
    const auto found = index_.find(presented);
    if (found == index_.end()) return false;
    if (!found->second->valid.covers(now)) {
        entries_.erase(found->second);
        index_.erase(found);
        return false;
    }
    entries_.splice(entries_.begin(), entries_, found->second);
    ++hits_;
    return true;
}

void verified_chains::remember(const key& presented, validity valid) {
    const entry made{presented, {std::max(valid.from, bounds_.from), std::min(valid.until, bounds_.until)}};
    const std::lock_guard lock{mutex_};
    if (const auto found = index_.find(presented); found != index_.end()) {
        found->second->valid = made.valid;
        return;
    }
    entries_.push_front(made);
    try {
        index_.emplace(presented, entries_.begin());
    } catch (...) {
        entries_.pop_front();
        throw;
    }
    if (entries_.size() <= capacity_) return;
    index_.erase(entries_.back().presented);
    entries_.pop_back();
}

std::uint64_t verified_chains::hits() const {
    const std::lock_guard lock{mutex_};
    return hits_;
}

std::size_t verified_chains::size() const {
    const std::lock_guard lock{mutex_};
    return entries_.size();
}

} // namespace edgeconf::http
