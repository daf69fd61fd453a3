#include "fleet/timestamp.hpp"

#include <algorithm>
#include <ctime>

namespace edgeconf::fleet {

std::optional<unix_seconds> read_timestamp(const std::string& text) {
    std::tm read{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &read);
    if (rest == nullptr) return std::nullopt;
    if (*rest == '.') {
        const char* digits = ++rest;
        while (*rest >= '0' && *rest <= '9') ++rest;
        if (rest == digits) return std::nullopt;
    }
    rest = strptime(rest, "%z", &read);
    if (rest == nullptr || rest != text.c_str() + text.size()) return std::nullopt;
    const auto offset = read.tm_gmtoff; // which timegm() sets to nothing
    return std::max<unix_seconds>(timegm(&read) - offset, 0);
}

} // namespace edgeconf::fleet
