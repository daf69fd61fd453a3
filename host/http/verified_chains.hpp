// The client certificates that were verified already. Flotta's client opens a connection for nearly
// every request, always with the same certificate: what was true of these bytes a moment ago, against
// the same CAs and the same CRLs, is true now.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

typedef struct x509_store_ctx_st X509_STORE_CTX;

namespace edgeconf::http {

// From its first second until before its last one: as X509_verify_cert sees notBefore and notAfter.
struct validity {
    std::time_t from;
    std::time_t until;

    bool covers(std::time_t now) const noexcept { return from <= now && now < until; }
};

// Belongs to one set of CAs and CRLs. Thread-safe. Remembers successes alone, so a failure is always
// looked at anew; of more than `capacity`, the one that was not asked for the longest is forgotten.
class verified_chains {
public:
    // SHA-256 over the peer's certificate and everything else that it presented, in order.
    using key = std::array<unsigned char, 32>;

    // `bounds` holds for every chain: the time in which the CRLs are good.
    verified_chains(std::size_t capacity, validity bounds) : capacity_{capacity}, bounds_{bounds} {}

    // X509_verify_cert, unless these very bytes passed it before and nothing of their chain has begun
    // or ended since. True and X509_V_OK, or false and the reason in `context`.
    bool verify(X509_STORE_CTX* context) noexcept;

    // The two halves of verify().
    bool holds(const key& presented, std::time_t now);
    void remember(const key& presented, validity valid);

    std::uint64_t hits() const;
    std::size_t size() const;

private:
    struct entry {
        key presented;
        validity valid;
    };
    struct first_bytes { // of a cryptographic hash: as good a hash as any
        std::size_t operator()(const key& k) const noexcept {
            std::size_t made = 0;
            std::memcpy(&made, k.data(), sizeof made);
            return made;
        }
    };

    const std::size_t capacity_;
    const validity bounds_;
    mutable std::mutex mutex_;
    std::list<entry> entries_; // the latest first
    std::unordered_map<key, std::list<entry>::iterator, first_bytes> index_;
    std::uint64_t hits_ = 0;
};

} // namespace edgeconf::http
