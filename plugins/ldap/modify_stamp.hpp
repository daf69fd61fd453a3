// modifyTimestamp (RFC 4512): when, by its server's clock, an entry was changed last.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace edgeconf::ldap {

// Seconds since 1970; until 2106.
using modify_stamp = std::uint32_t;

inline constexpr modify_stamp unknown_stamp = 0;

// Of a generalized time (RFC 4517) in UTC: "20240131235959Z", with or without a fraction, which is dropped.
// unknown_stamp for any other text.
modify_stamp parse_modify_stamp(std::string_view text);

std::string generalized_time(modify_stamp stamp);

} // namespace edgeconf::ldap
