#include "file/sealing.hpp"

#include "fleet/encoding.hpp"
#include "fleet/store.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgeconf::file {

namespace {

constexpr char format = 1;
constexpr std::size_t nonce_size = 12; // random: safe for 2^32 texts under one key (NIST SP 800-38D)
constexpr std::size_t tag_size = 16;
constexpr std::size_t overhead = 1 + nonce_size + tag_size;

constexpr std::size_t key_file_limit = 1024;

constexpr std::string_view how_to_make_one = "make one with: (umask 077; openssl rand -base64 32 > FILE)";

struct context_free {
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};
using context = std::unique_ptr<EVP_CIPHER_CTX, context_free>;

void require(bool done) {
    if (!done) throw std::runtime_error{"the crypto library failed"};
}

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

int length(std::size_t size) {
    require(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
    return static_cast<int>(size);
}

fleet::store_problem problem(const std::filesystem::path& file, std::string_view what) {
    return fleet::store_problem{fmt::format("key file {}: {}", file.string(), what)};
}

// The file's text, overwritten when it goes.
struct key_text {
    std::string text;
    ~key_text() { OPENSSL_cleanse(text.data(), text.size()); }
};

void read_small_file(const std::filesystem::path& file, std::string& into) {
    const auto descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        throw problem(file, fmt::format("cannot be read: {}; mend the path or the permissions, or {}",
                                        std::generic_category().message(errno), how_to_make_one));
    }
    struct closer {
        int descriptor;
        ~closer() { close(descriptor); }
    } const closing{descriptor};
    struct stat status {};
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        throw problem(file, "is not a regular file");
    }
    if ((status.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0) {
        throw problem(file,
                      fmt::format("others can get at it (mode {:04o}); if nobody has, chmod 600 it, else "
                                  "change to a new key",
                                  status.st_mode & 07777u));
    }
    into.resize(key_file_limit);
    const auto size = read(descriptor, into.data(), into.size());
    if (size < 0) throw problem(file, std::generic_category().message(errno));
    into.resize(static_cast<std::size_t>(size));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    const auto begin = text.find_first_not_of(white_space);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

} // namespace

sealing_key::~sealing_key() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }

sealing_key read_key_file(const std::filesystem::path& file) {
    key_text content;
    read_small_file(file, content.text);
    const auto text = trimmed(content.text);

    std::array<unsigned char, sealing_key::size> key{};
    bool good = false;
    if (text.size() == 2 * key.size()) {
        std::size_t size = 0;
        const key_text digits{std::string{text}};
        good = OPENSSL_hexstr2buf_ex(key.data(), key.size(), &size, digits.text.c_str(), '\0') == 1 &&
               size == key.size();
    } else if (auto decoded = fleet::decode_base64(text); decoded) {
        good = decoded->size() == key.size();
        if (good) std::copy(decoded->begin(), decoded->end(), key.begin());
        OPENSSL_cleanse(decoded->data(), decoded->size());
    }
    sealing_key made{key};
    OPENSSL_cleanse(key.data(), key.size());
    if (!good) {
        throw problem(file, fmt::format("does not hold 32 bytes as base64 or as hexadecimal digits; {}",
                                        how_to_make_one));
    }
    return made;
}

namespace {

// What `purpose` needs of a key, of which nothing follows for the key itself or for another purpose.
sealing_key derived(const sealing_key& from, std::string_view purpose) {
    const std::unique_ptr<EVP_KDF, decltype(&EVP_KDF_free)> hkdf{EVP_KDF_fetch(nullptr, "HKDF", nullptr),
                                                                 &EVP_KDF_free};
    const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> made{EVP_KDF_CTX_new(hkdf.get()),
                                                                         &EVP_KDF_CTX_free};
    std::string hash{"SHA256"};
    std::string info{purpose};
    auto* const bytes_of_key = const_cast<unsigned char*>(from.data()); // which is read only
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), hash.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, bytes_of_key, sealing_key::size),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::array<unsigned char, sealing_key::size> key{};
    require(made && EVP_KDF_derive(made.get(), key.data(), key.size(), parameters.data()) == 1);
    sealing_key result{key};
    OPENSSL_cleanse(key.data(), key.size());
    return result;
}

} // namespace

void sealing::cipher_free::operator()(evp_cipher_st* cipher) const noexcept { EVP_CIPHER_free(cipher); }

sealing::sealing(const sealing_key& key)
    : key_{key}, mac_key_{derived(key, "edgeconf: hashes of texts")}, cipher_{EVP_CIPHER_fetch(
                                                                          nullptr, "AES-256-GCM", nullptr)} {
    require(cipher_ != nullptr);
}

std::string sealing::seal(std::string_view text, std::string_view identity) const {
    std::string sealed(overhead + text.size(), '\0');
    sealed[0] = format;
    auto* const nonce = bytes(sealed) + 1;
    auto* const body = nonce + nonce_size;
    auto* const tag = body + text.size();
    require(RAND_bytes(nonce, static_cast<int>(nonce_size)) == 1);

    const context made{EVP_CIPHER_CTX_new()};
    int written = 0;
    require(made && EVP_EncryptInit_ex2(made.get(), cipher_.get(), key_.data(), nonce, nullptr) == 1 &&
            EVP_EncryptUpdate(made.get(), nullptr, &written, bytes(identity), length(identity.size())) == 1 &&
            EVP_EncryptUpdate(made.get(), body, &written, bytes(text), length(text.size())) == 1 &&
            EVP_EncryptFinal_ex(made.get(), tag, &written) == 1 &&
            EVP_CIPHER_CTX_ctrl(made.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag_size), tag) == 1);
    return sealed;
}

std::optional<std::string> sealing::open(std::string_view sealed, std::string_view identity) const {
    if (sealed.size() < overhead || sealed[0] != format) return std::nullopt;
    const auto nonce = sealed.substr(1, nonce_size);
    const auto body = sealed.substr(1 + nonce_size, sealed.size() - overhead);
    std::string tag{sealed.substr(sealed.size() - tag_size)};

    std::string text(body.size(), '\0');
    const context made{EVP_CIPHER_CTX_new()};
    int written = 0;
    require(made && EVP_DecryptInit_ex2(made.get(), cipher_.get(), key_.data(), bytes(nonce), nullptr) == 1 &&
            EVP_DecryptUpdate(made.get(), nullptr, &written, bytes(identity), length(identity.size())) == 1 &&
            EVP_DecryptUpdate(made.get(), bytes(text), &written, bytes(body), length(body.size())) == 1 &&
            EVP_CIPHER_CTX_ctrl(made.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size), tag.data()) ==
                1);
    if (EVP_DecryptFinal_ex(made.get(), bytes(text), &written) != 1) return std::nullopt;
    return text;
}

std::string sealing::mac(std::string_view of) const {
    std::string made(mac_size, '\0');
    std::size_t size = 0;
    require(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, mac_key_.data(), sealing_key::size,
                      bytes(of), of.size(), bytes(made), made.size(), &size) != nullptr &&
            size == made.size());
    return made;
}

} // namespace edgeconf::file
