// Secrets at rest: AES-256-GCM with a key that is not in the database.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_cipher_st;

namespace edgeconf::file {

// 256 bits; overwritten when it goes.
class sealing_key {
public:
    static constexpr std::size_t size = 32;

    explicit sealing_key(const std::array<unsigned char, size>& bytes) : bytes_{bytes} {}
    sealing_key(const sealing_key&) = default;
    sealing_key& operator=(const sealing_key&) = default;
    ~sealing_key();

    const unsigned char* data() const noexcept { return bytes_.data(); }

private:
    std::array<unsigned char, size> bytes_;
};

// From a file that holds 32 bytes as base64 (`openssl rand -base64 32`) or as 64 hexadecimal digits. It must
// be a regular file, and nothing in it or of it for others: mode 0600, 0400, or 0440 as Kubernetes mounts a
// Secret. Throws fleet::store_problem, which never quotes it.
sealing_key read_key_file(const std::filesystem::path& file);

// From any thread. Throws std::runtime_error if the library fails, which it does not for what is sealed here.
class sealing {
public:
    explicit sealing(const sealing_key& key);

    // `identity` says what the text belongs to, so that it opens nowhere else; it is not part of the result.
    // The same text gives other bytes each time: 28 more than it has, besides one that names the format.
    std::string seal(std::string_view text, std::string_view identity) const;

    // What was sealed; nothing if it was under another key or identity, or has suffered.
    std::optional<std::string> open(std::string_view sealed, std::string_view identity) const;

    // HMAC-SHA-256 with a key that is derived from this one (HKDF): the same for the same bytes, so that they
    // can be looked up, and no use to whoever guesses them without the key.
    static constexpr std::size_t mac_size = 32;
    std::string mac(std::string_view bytes) const;

private:
    struct cipher_free {
        void operator()(evp_cipher_st* cipher) const noexcept;
    };

    sealing_key key_;
    sealing_key mac_key_;
    std::unique_ptr<evp_cipher_st, cipher_free> cipher_; // looked up once: that takes longer than sealing
};

} // namespace edgeconf::file
