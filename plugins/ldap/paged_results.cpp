#include "ldap/paged_results.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

#include <memory>

namespace edgeconf::ldap {

request_control page_request(LDAP* connection, std::size_t page_size, const std::string& cookie) {
    berval at{cookie.size(), const_cast<char*>(cookie.data())};
    LDAPControl* raw = nullptr;
    const int code = ldap_create_page_control(connection, static_cast<ber_int_t>(page_size),
                                              cookie.empty() ? nullptr : &at, 1, &raw);
    request_control made{raw};
    if (code != LDAP_SUCCESS) throw directory_problem{code, described(code, {})};
    return made;
}

std::string next_page(LDAP* connection, LDAPMessage* last) {
    LDAPControl** raw = nullptr;
    int ended = 0;
    const int parsed = ldap_parse_result(connection, last, &ended, nullptr, nullptr, nullptr, &raw, 0);
    const std::unique_ptr<LDAPControl*, void (*)(LDAPControl**)> all{raw, &ldap_controls_free};
    if (parsed != LDAP_SUCCESS) throw directory_problem{LDAP_DECODING_ERROR, described(parsed, {})};
    auto* const page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, raw, nullptr);
    if (page == nullptr) return {};
    ber_int_t estimate = 0;
    berval at{};
    const int code = ldap_parse_pageresponse_control(connection, page, &estimate, &at);
    const std::unique_ptr<char, void (*)(char*)> owned{at.bv_val, [](char* text) { ber_memfree(text); }};
    if (code != LDAP_SUCCESS) throw directory_problem{LDAP_DECODING_ERROR, described(code, {})};
    return at.bv_val == nullptr ? std::string{} : std::string{at.bv_val, at.bv_len};
}

} // namespace edgeconf::ldap
