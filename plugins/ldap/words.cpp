#include "ldap/words.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <algorithm>
#include <memory>

namespace edgeconf::ldap {
namespace {

constexpr std::size_t longest = 500;

} // namespace

std::string described(int code, std::string_view words) {
    auto told = fmt::format("{} ({})", ldap_err2string(code), code);
    if (words.empty()) return told;
    told.append(": ").append(words.substr(0, longest));
    std::replace_if(
        told.begin(), told.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
    return told;
}

std::string diagnostic(LDAP* connection, int code) {
    char* raw = nullptr;
    if (ldap_get_option(connection, LDAP_OPT_DIAGNOSTIC_MESSAGE, &raw) != LDAP_OPT_SUCCESS || raw == nullptr)
        return {};
    const std::unique_ptr<char, void (*)(char*)> words{raw, [](char* text) { ldap_memfree(text); }};
    return std::string_view{raw} == ldap_err2string(code) ? std::string{} : std::string{raw};
}

} // namespace edgeconf::ldap
