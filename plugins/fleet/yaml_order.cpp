#include "fleet/yaml_order.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace edgeconf::fleet {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_letter(char c) noexcept {
    const char low = static_cast<char>(c | 0x20);
    return (low >= 'a' && low <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view digits_at(std::string_view text, std::size_t at) noexcept {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return text.substr(at, end - at);
}

// Numbers past 63 bits wrap as they do in Go: an order of no use, but the same one.
std::int64_t value_of(std::string_view digits, std::uint64_t before) noexcept {
    for (const char c : digits) before = before * 10 + static_cast<std::uint64_t>(c - '0');
    return static_cast<std::int64_t>(before);
}

// Whether a number other than zeros alone ends right before `at`, so that what follows are its digits.
bool continues_number(std::string_view text, std::size_t at) noexcept {
    for (; at > 0 && is_digit(text[at - 1]); --at) {
        if (text[at - 1] != '0') return true;
    }
    return false;
}

} // namespace

bool comes_before(std::string_view a, std::string_view b) noexcept {
    const auto common = std::min(a.size(), b.size());
    const auto at = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin()).first -
        a.begin());
    if (at == common) return a.size() < b.size();
    if (is_letter(a[at]) || is_letter(b[at])) {
        return is_letter(a[at]) && is_letter(b[at])
                   ? static_cast<unsigned char>(a[at]) < static_cast<unsigned char>(b[at])
                   : is_letter(b[at]);
    }
    const auto number_a = digits_at(a, at);
    const auto number_b = digits_at(b, at);
    const bool zero = a[at] == '0' || b[at] == '0';
    const std::uint64_t before = zero && continues_number(a, at) ? 1 : 0;
    const auto value_a = value_of(number_a, before);
    const auto value_b = value_of(number_b, before);
    if (value_a != value_b) return value_a < value_b;
    if (number_a.size() != number_b.size()) return number_a.size() < number_b.size();
    return static_cast<unsigned char>(a[at]) < static_cast<unsigned char>(b[at]);
}

} // namespace edgeconf::fleet
