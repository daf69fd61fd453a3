#include "fleet/yaml_scalar.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 11> truths{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                  "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> falsehoods{"n",     "N",     "no",  "No",  "NO", "false",
                                                      "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> nulls{"", "~", "null", "Null", "NULL"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& words, std::string_view text) noexcept {
    return std::find(words.begin(), words.end(), text) != words.end();
}

struct radix {
    int base;
    std::size_t prefix;
};

// As strconv.ParseInt does with base 0; a leading zero alone is octal.
radix radix_of(std::string_view digits) noexcept {
    if (digits.size() < 2 || digits[0] != '0') return {10, 0};
    if (digits[1] == 'x' || digits[1] == 'X') return {16, 2};
    if (digits[1] == 'b' || digits[1] == 'B') return {2, 2};
    if (digits[1] == 'o' || digits[1] == 'O') return {8, 2};
    return {8, 1};
}

std::optional<json::value> integer(std::string_view text) {
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    const auto [base, prefix] = radix_of(text);
    text.remove_prefix(prefix);
    std::uint64_t magnitude = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, magnitude, base);
    if (error != std::errc{} || stop != end || text.empty()) return std::nullopt;
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!negative) {
        if (magnitude <= largest) return json::value(static_cast<std::int64_t>(magnitude));
        return json::value(magnitude);
    }
    if (magnitude > largest + 1) return std::nullopt;
    return json::value(static_cast<std::int64_t>(~magnitude + 1));
}

// [-+]? digits with at most one point and an exponent: JSON has no infinity and no NaN, so Kubernetes
// cannot carry them either and they stay text here.
std::optional<json::value> real(std::string_view text) {
    const bool plus = text.front() == '+';
    if (plus) text.remove_prefix(1);
    const bool shaped = text.find_first_not_of("0123456789.eE+-") == std::string_view::npos &&
                        text.find_first_of("0123456789") != std::string_view::npos &&
                        (!plus || text.front() != '-');
    if (!shaped) return std::nullopt;
    double number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return json::value(number);
}

} // namespace

json::value resolve_scalar(std::string_view plain) {
    if (among(nulls, plain)) return nullptr;
    if (among(truths, plain)) return true;
    if (among(falsehoods, plain)) return false;
    static constexpr std::string_view number_starts = "0123456789+-.";
    if (number_starts.find(plain.front()) != std::string_view::npos) {
        std::string digits{plain};
        std::erase(digits, '_');
        if (digits.size() > 1 || (digits[0] >= '0' && digits[0] <= '9')) {
            if (auto whole = integer(digits)) return *std::move(whole);
            if (auto fraction = real(digits)) return *std::move(fraction);
        }
    }
    return json::value(plain);
}

bool stays_string(std::string_view text) noexcept {
    if (among(nulls, text) || among(truths, text) || among(falsehoods, text)) return false;
    if (text == "=" || text == "<<") return false;
    static constexpr std::string_view starts = "0123456789+-.";
    if (starts.find(text.front()) == std::string_view::npos) return true;
    // Everything that integers, floats, times and base-60 numbers are written with; ".inf", ".nan" too.
    static constexpr std::string_view number_like = "0123456789abcdefABCDEFxXoOtTzZ_+-.: iInN";
    return text.find_first_not_of(number_like) != std::string_view::npos;
}

} // namespace edgeconf::fleet
