#include "ldap/escaping.hpp"

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <memory>

namespace edgeconf::ldap {
namespace {

berval octets(std::string_view text) { return {text.size(), const_cast<char*>(text.data())}; }

// Of libldap's memory.
std::string taken(const berval& made) {
    const std::unique_ptr<char, decltype(&ber_memfree)> owned{
        made.bv_val, [](void* text) { ber_memfree(static_cast<char*>(text)); }};
    return made.bv_val == nullptr ? std::string{} : std::string{made.bv_val, made.bv_len};
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

} // namespace

std::string filter_value(std::string_view text) {
    if (text.empty()) return {};
    auto given = octets(text);
    berval made{};
    if (ldap_bv2escaped_filter_value(&given, &made) != 0) throw std::bad_alloc{};
    return made.bv_val == given.bv_val ? std::string{text} : taken(made);
}

std::string equals(std::string_view attribute, std::string_view text) {
    return std::string{"("}.append(attribute).append("=").append(filter_value(text)).append(")");
}

std::string child(std::string_view attribute, std::string_view value, std::string_view parent) {
    LDAPAVA named{};
    named.la_attr = octets(attribute);
    named.la_value = octets(value);
    named.la_flags = LDAP_AVA_STRING;
    LDAPAVA* only[] = {&named, nullptr};
    berval made{};
    if (const int code = ldap_rdn2bv(only, &made, LDAP_DN_FORMAT_LDAPV3); code != LDAP_SUCCESS)
        throw directory_problem{code, "a value that is not UTF-8 names no entry"};
    auto dn = taken(made);
    if (!parent.empty()) dn.append(",").append(parent);
    return dn;
}

bool is_dn(const std::string& text) {
    if (text.empty() || has_nul(text)) return false;
    LDAPDN parsed = nullptr;
    const bool is_one = ldap_str2dn(text.c_str(), &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;
    const bool names = parsed != nullptr && parsed[0] != nullptr;
    ldap_dnfree(parsed);
    return is_one && names;
}

bool is_filter(const std::string& text) {
    // libldap takes one without parentheses.
    if (text.empty() || text.front() != '(' || text.back() != ')' || has_nul(text)) return false;
    // And it reads filters where it makes a request; this one goes nowhere.
    LDAP* raw = nullptr;
    if (ldap_initialize(&raw, "ldapi://%2Fdev%2Fnull") != LDAP_SUCCESS) throw std::bad_alloc{};
    const std::unique_ptr<LDAP, void (*)(LDAP*)> nowhere{
        raw, [](LDAP* handle) { ldap_unbind_ext(handle, nullptr, nullptr); }};
    int id = 0;
    return ldap_search_ext(raw, "", LDAP_SCOPE_BASE, text.c_str(), nullptr, 0, nullptr, nullptr, nullptr,
                           LDAP_NO_LIMIT, &id) != LDAP_FILTER_ERROR;
}

} // namespace edgeconf::ldap
