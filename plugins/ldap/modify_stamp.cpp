#include "ldap/modify_stamp.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <limits>

namespace edgeconf::ldap {

namespace {

constexpr std::size_t whole_seconds = std::string_view{"20240131235959"}.size();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

modify_stamp parse_modify_stamp(std::string_view text) {
    if (text.size() <= whole_seconds || text.back() != 'Z') return unknown_stamp;
    const std::string digits{text.substr(0, whole_seconds)};
    if (!std::all_of(digits.begin(), digits.end(), is_digit)) return unknown_stamp;
    std::tm time{};
    const char* const end = ::strptime(digits.c_str(), "%Y%m%d%H%M%S", &time);
    if (!end || *end) return unknown_stamp;
    const std::time_t seconds = ::timegm(&time);
    if (seconds < 0 || seconds > std::numeric_limits<modify_stamp>::max()) return unknown_stamp;
    return static_cast<modify_stamp>(seconds);
}

std::string generalized_time(modify_stamp stamp) {
    return fmt::format("{:%Y%m%d%H%M%S}Z", fmt::gmtime(static_cast<std::time_t>(stamp)));
}

} // namespace edgeconf::ldap
