#include "fleet/encoding.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace edgeconf::fleet {

namespace {

// The six bits that a base64 character stands for, or -1.
int sextet(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

bool continues(std::string_view text, std::size_t at) noexcept {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0u) == 0x80u;
}

// Bytes of the well-formed character at `at`, or 0.
std::size_t character_length(std::string_view text, std::size_t at) noexcept {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    if (!continues(text, at + 1)) return 0;
    if (lead < 0xe0) return 2;
    const auto second = static_cast<unsigned char>(text[at + 1]);
    if (!continues(text, at + 2)) return 0;
    if (lead < 0xf0) {
        if (lead == 0xe0 && second < 0xa0) return 0;
        if (lead == 0xed && second > 0x9f) return 0;
        return 3;
    }
    if (lead == 0xf0 && second < 0x90) return 0;
    if (lead == 0xf4 && second > 0x8f) return 0;
    return continues(text, at + 3) ? 4 : 0;
}

} // namespace

std::string encode_base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(written));
    return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    std::size_t characters = 0;
    std::size_t padding = 0;
    for (const char c : text) {
        if (c == '\n' || c == '\r') continue;
        ++characters;
        if (c == '=') {
            ++padding;
            continue;
        }
        const int value = sextet(c);
        if (value < 0 || padding != 0) return std::nullopt;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        const std::size_t place = characters % 4;
        if (place == 2) bytes.push_back(static_cast<char>((bits >> 4) & 0xff));
        if (place == 3) bytes.push_back(static_cast<char>((bits >> 2) & 0xff));
        if (place == 0) bytes.push_back(static_cast<char>(bits & 0xff));
    }
    if (characters % 4 != 0 || padding > 2) return std::nullopt;
    return bytes;
}

bool is_utf8(std::string_view text) noexcept {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = character_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::string_view cut_utf8(std::string_view text, std::size_t limit) noexcept {
    if (text.size() <= limit) return text;
    std::size_t end = limit;
    while (end > 0 && continues(text, end)) --end;
    return text.substr(0, end);
}

digest sha256(std::string_view bytes) {
    // Looking the algorithm up takes longer than hashing a short text.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    digest hash{};
    if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, algorithm, nullptr) != 1) {
        throw std::runtime_error("OpenSSL offers no SHA-256");
    }
    return hash;
}

std::string hexadecimal(const digest& hash, std::size_t digits) {
    static constexpr std::string_view alphabet = "0123456789abcdef";
    std::string text;
    text.reserve(digits);
    for (std::size_t i = 0; i < digits && i / 2 < hash.size(); ++i) {
        const unsigned byte = hash[i / 2];
        text.push_back(alphabet[i % 2 == 0 ? byte >> 4 : byte & 0xfu]);
    }
    return text;
}

} // namespace edgeconf::fleet
