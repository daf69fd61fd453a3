#include "fleet/yaml_scalar.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
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

// Reads numbers off the front of a text.
class cursor {
public:
    explicit cursor(std::string_view text) noexcept : rest_{text} {}

    bool done() const noexcept { return rest_.empty(); }
    bool take(std::string_view any_of) noexcept {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    // Nothing unless `least` to `most` digits are there; takes as many as it may.
    std::optional<int> number(std::size_t least, std::size_t most) noexcept {
        std::size_t count = 0;
        int value = 0;
        while (count < most && count < rest_.size() && is_digit(rest_[count])) {
            value = value * 10 + (rest_[count++] - '0');
        }
        if (count < least) return std::nullopt;
        rest_.remove_prefix(count);
        return value;
    }
    // "." and any number of digits, or nothing at all.
    void fraction() noexcept {
        if (rest_.size() < 2 || (rest_[0] != '.' && rest_[0] != ',') || !is_digit(rest_[1])) return;
        rest_.remove_prefix(1);
        while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
    }

private:
    static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

    std::string_view rest_;
};

bool takes_date(cursor& text) noexcept {
    const auto year = text.number(4, 4);
    if (!year || !text.take("-")) return false;
    const auto month = text.number(1, 2);
    if (!month || *month < 1 || *month > 12 || !text.take("-")) return false;
    const auto day = text.number(1, 2);
    return day && std::chrono::year_month_day{std::chrono::year{*year},
                                              std::chrono::month{static_cast<unsigned>(*month)},
                                              std::chrono::day{static_cast<unsigned>(*day)}}
                      .ok();
}

bool takes_time(cursor& text) noexcept {
    const auto hour = text.number(1, 2);
    if (!hour || *hour > 23 || !text.take(":")) return false;
    const auto minute = text.number(1, 2);
    if (!minute || *minute > 59 || !text.take(":")) return false;
    const auto second = text.number(1, 2);
    if (!second || *second > 59) return false;
    text.fraction();
    return true;
}

bool takes_zone(cursor& text) noexcept {
    if (text.take("Z")) return true;
    return text.take("+-") && text.number(2, 2) && text.take(":") && text.number(2, 2);
}

// 2021-09-22, 2021-09-22 8:35:25.1, 2021-09-22T08:35:25Z
bool is_timestamp(std::string_view plain) noexcept {
    cursor text{plain};
    if (!takes_date(text)) return false;
    if (text.done()) return true;
    if (text.take(" ")) return takes_time(text) && text.done();
    return text.take("Tt") && takes_time(text) && takes_zone(text) && text.done();
}

// [-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(.[0-9_]*)?
bool is_base_60(std::string_view plain) noexcept {
    static constexpr std::string_view digits = "0123456789_";
    cursor text{plain};
    text.take("+-");
    if (!text.number(1, 1)) return false;
    while (text.take(digits)) {
    }
    bool groups = false;
    while (text.take(":")) {
        const auto group = text.number(1, 2);
        if (!group || *group > 59) return false;
        groups = true;
    }
    if (groups && text.take(".")) {
        while (text.take(digits)) {
        }
    }
    return groups && text.done();
}

bool is_infinite_or_no_number(std::string_view plain) noexcept {
    static constexpr std::array<std::string_view, 12> words{
        ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};
    return among(words, plain);
}

// Whether every '_' stands between two digits.
bool separates_digits(std::string_view text) noexcept {
    static constexpr std::string_view digits = "0123456789";
    for (std::size_t at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
        if (at == 0 || at + 1 == text.size() || digits.find(text[at - 1]) == std::string_view::npos ||
            digits.find(text[at + 1]) == std::string_view::npos) {
            return false;
        }
    }
    return true;
}

std::optional<json::value> number(std::string_view plain) {
    static constexpr std::string_view starts = "0123456789+-.";
    if (starts.find(plain.front()) == std::string_view::npos) return std::nullopt;
    if (plain.front() == '.' && !separates_digits(plain)) return std::nullopt;
    std::string digits{plain};
    std::erase(digits, '_');
    if (digits.front() == '.') return real(digits);
    if (auto whole = integer(digits)) return whole;
    return real(digits);
}

} // namespace

json::value resolve_scalar(std::string_view plain) {
    if (among(nulls, plain)) return nullptr;
    if (among(truths, plain)) return true;
    if (among(falsehoods, plain)) return false;
    return number(plain).value_or(json::value(plain));
}

bool stays_string(std::string_view text) noexcept {
    return !among(nulls, text) && !among(truths, text) && !among(falsehoods, text) &&
           !is_infinite_or_no_number(text) && !is_timestamp(text) && !is_base_60(text) && !number(text);
}

} // namespace edgeconf::fleet
