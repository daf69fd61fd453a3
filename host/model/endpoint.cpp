#include "model/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace edgeconf {
namespace {

bool is_ipv4(const std::string& text) {
    in_addr parsed{};
    return inet_pton(AF_INET, text.c_str(), &parsed) == 1;
}

bool is_ipv6(const std::string& text) {
    in6_addr parsed{};
    return inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

// It has many spellings.
bool is_ipv6_loopback(const std::string& text) {
    in6_addr parsed{};
    return inet_pton(AF_INET6, text.c_str(), &parsed) == 1 && IN6_IS_ADDR_LOOPBACK(&parsed);
}

problem unusable(std::string_view text, std::string_view why) {
    return {errc::invalid,
            "'" + std::string{text} + "' " + std::string{why} +
                "; write ADDRESS:PORT with an IP address, as in 127.0.0.1:8443 or [::]:8443, or unix:PATH"};
}

// sun_path's size on Linux, its NUL included.
constexpr std::size_t longest_socket_path = 107;

result<endpoint> parse_unix(std::string_view text, std::string_view path) {
    if (path.empty() || path.front() != '/') return unusable(text, "needs an absolute path after unix:");
    if (path.size() > longest_socket_path)
        return unusable(text, "is longer than a socket path may be (107 bytes)");
    endpoint parsed;
    parsed.socket = std::filesystem::path{path};
    return parsed;
}

} // namespace

bool endpoint::is_local() const {
    return is_unix() || is_ipv6_loopback(address) || (is_ipv4(address) && address.starts_with("127."));
}

std::string endpoint::text() const {
    if (is_unix()) return "unix:" + socket.string();
    const auto host = is_ipv6(address) ? "[" + address + "]" : address;
    return host + ":" + std::to_string(port);
}

result<endpoint> parse_endpoint(std::string_view text) {
    // The C library would look no further.
    if (text.find('\0') != std::string_view::npos)
        return unusable(text.substr(0, text.find('\0')), "holds a NUL");
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) return parse_unix(text, text.substr(unix_prefix.size()));

    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return unusable(text, "has no port");
    auto host = text.substr(0, colon);
    const auto digits = text.substr(colon + 1);

    endpoint parsed;
    const auto* end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, parsed.port);
    if (digits.empty() || read.ec != std::errc{} || read.ptr != end)
        return unusable(text, "has no port from 0 to 65535");

    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    parsed.address = host == "localhost" ? "127.0.0.1" : std::string{host};
    const bool fits = bracketed ? is_ipv6(parsed.address) : is_ipv4(parsed.address);
    if (!fits) return unusable(text, "names no IP address");
    return parsed;
}

} // namespace edgeconf
