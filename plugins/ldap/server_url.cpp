#include "ldap/server_url.hpp"

#include <ldap.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include <arpa/inet.h>
#include <strings.h>

namespace edgeconf::ldap {
namespace {

constexpr const char* example = "has to be a URL such as ldaps://directory.example, ldap://192.0.2.7:389 or "
                                "ldapi://%2Frun%2Fslapd%2Fldapi";

std::optional<url_scheme> scheme_of(std::string_view name) {
    if (name == "ldap") return url_scheme::ldap;
    if (name == "ldaps") return url_scheme::ldaps;
    if (name == "ldapi") return url_scheme::ldapi;
    return std::nullopt;
}

bool has_text(const char* part) { return part != nullptr && *part != '\0'; }

// libldap takes lists of URLs, divided by blanks or commas, where it takes one.
bool is_one_word(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != ','; });
}

} // namespace

bool server_url::is_local() const noexcept {
    if (scheme == url_scheme::ldapi || strcasecmp(host.c_str(), "localhost") == 0) return true;
    in_addr four{};
    if (inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    in6_addr six{};
    return inet_pton(AF_INET6, host.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::optional<server_url> parse_server_url(const std::string& text, std::string& wrong) {
    wrong = example;
    LDAPURLDesc* raw = nullptr;
    if (!is_one_word(text) || ldap_url_parse(text.c_str(), &raw) != LDAP_URL_SUCCESS) return std::nullopt;
    const std::unique_ptr<LDAPURLDesc, void (*)(LDAPURLDesc*)> parsed{raw, &ldap_free_urldesc};
    const auto scheme = scheme_of(parsed->lud_scheme);
    if (!scheme) return std::nullopt;
    if (!has_text(parsed->lud_host)) {
        wrong = *scheme == url_scheme::ldapi ? "has to name the socket, as in ldapi://%2Frun%2Fslapd%2Fldapi"
                                             : "has to name a host";
        return std::nullopt;
    }
    if (has_text(parsed->lud_dn) || parsed->lud_attrs != nullptr || has_text(parsed->lud_filter) ||
        parsed->lud_exts != nullptr ||
        (parsed->lud_scope != LDAP_SCOPE_DEFAULT && parsed->lud_scope != LDAP_SCOPE_BASE)) {
        wrong = "has to end after the host and the port: what is looked for is said by base";
        return std::nullopt;
    }
    if (parsed->lud_port < 0 || parsed->lud_port > 65535) return std::nullopt;
    wrong.clear();
    server_url read;
    read.text = text;
    read.scheme = *scheme;
    read.host = parsed->lud_host;
    read.port = static_cast<unsigned>(parsed->lud_port);
    if (read.port == 0 && *scheme != url_scheme::ldapi)
        read.port = *scheme == url_scheme::ldaps ? LDAPS_PORT : LDAP_PORT;
    return read;
}

} // namespace edgeconf::ldap
