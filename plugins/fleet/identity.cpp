#include "fleet/identity.hpp"

#include <algorithm>
#include <random>

namespace edgeconf::fleet {

namespace {

// ASCII alone, whatever the locale.
constexpr char folded(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_lower_alphanumeric(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

bool is_device_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > 253 || text == "." || text == "..") return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_lower_alphanumeric(folded(c)) || c == '.' || c == '_' || c == ':' || c == '-';
    });
}

bool is_namespace(std::string_view text) noexcept {
    if (text.empty() || text.size() > 63) return false;
    if (!is_lower_alphanumeric(text.front()) || !is_lower_alphanumeric(text.back())) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return is_lower_alphanumeric(c) || c == '-'; });
}

std::size_t caseless_hash::operator()(std::string_view text) const noexcept {
    std::uint64_t hash = 0xcbf29ce484222325u ^ seed_;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(folded(c));
        hash *= 0x100000001b3u;
        hash ^= hash >> 29;
    }
    return static_cast<std::size_t>(hash ^ (hash >> 32));
}

std::uint64_t random_seed() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

bool caseless_equal::operator()(std::string_view a, std::string_view b) const noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return folded(x) == folded(y); });
}

} // namespace edgeconf::fleet
