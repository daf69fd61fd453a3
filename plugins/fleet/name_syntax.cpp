#include "fleet/name_syntax.hpp"

#include <algorithm>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t longest_name = 253;
constexpr std::size_t longest_label = 63;

bool is_small(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_word(char c) noexcept { return is_small(c) || (c >= 'A' && c <= 'Z'); }
bool is_mark(char c) noexcept { return c == '-' || c == '_' || c == '.'; }

bool is_word_or_mark(char c) noexcept { return is_word(c) || is_mark(c); }

bool is_qualified(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_label && is_word(text.front()) && is_word(text.back()) &&
           std::all_of(text.begin(), text.end(), is_word_or_mark);
}

} // namespace

bool is_object_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > longest_name) return false;
    char before = '.';
    for (const char c : text) {
        const bool fits = is_small(c) || (c == '-' && before != '.') || (c == '.' && is_small(before));
        if (!fits) return false;
        before = c;
    }
    return is_small(text.back());
}

bool is_label_key(std::string_view text) noexcept {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return is_qualified(text);
    return is_object_name(text.substr(0, slash)) && is_qualified(text.substr(slash + 1));
}

bool is_label_value(std::string_view text) noexcept { return text.empty() || is_qualified(text); }

bool is_data_key(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_name && text != "." && !text.starts_with("..") &&
           std::all_of(text.begin(), text.end(), is_word_or_mark);
}

} // namespace edgeconf::fleet
