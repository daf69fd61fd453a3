#include "codec/identifier.hpp"

#include <algorithm>

namespace edgeconf::codec {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

bool is_label_end(char c) noexcept { return is_lower(c) || is_digit(c); }
bool is_label(char c) noexcept { return is_label_end(c) || c == '-'; }
bool is_id(char c) noexcept {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '.' || c == '_' || c == ':' || c == '-';
}

} // namespace

bool is_device_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > 253 || text == "." || text == "..") return false;
    return std::all_of(text.begin(), text.end(), is_id);
}

bool is_namespace(std::string_view text) noexcept {
    if (text.empty() || text.size() > 63) return false;
    return is_label_end(text.front()) && is_label_end(text.back()) &&
           std::all_of(text.begin(), text.end(), is_label);
}

} // namespace edgeconf::codec
