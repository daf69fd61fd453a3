#include "ldap/operation.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

#include <utility>

namespace edgeconf::ldap {
namespace {

[[noreturn]] void fail(LDAP* connection, int code) {
    throw directory_problem{code, described(code, diagnostic(connection, code))};
}

bool ends_operation(int type) {
    return type != LDAP_RES_SEARCH_ENTRY && type != LDAP_RES_SEARCH_REFERENCE &&
           type != LDAP_RES_INTERMEDIATE;
}

} // namespace

void answer_closer::operator()(LDAPMessage* message) const noexcept { ldap_msgfree(message); }

operation::operation(LDAP* connection, int code, int id) : connection_{connection}, id_{id} {
    if (code != LDAP_SUCCESS) fail(connection, code);
}

operation::operation(operation&& other) noexcept
    : connection_{other.connection_}, id_{std::exchange(other.id_, 0)} {}

operation::~operation() {
    if (id_ > 0) ldap_abandon_ext(connection_, id_, nullptr, nullptr);
}

answer_message operation::next(deadline until) {
    auto left = as_timeval(left_until(until));
    LDAPMessage* raw = nullptr;
    const int type = ldap_result(connection_, id_, LDAP_MSG_ONE, &left, &raw);
    answer_message taken{raw};
    if (type == 0) throw directory_problem{LDAP_TIMEOUT, "no answer in time"};
    if (type < 0) {
        id_ = 0;
        int code = LDAP_SERVER_DOWN;
        ldap_get_option(connection_, LDAP_OPT_RESULT_CODE, &code);
        fail(connection_, code);
    }
    if (ends_operation(type)) id_ = 0;
    return taken;
}

outcome outcome_of(LDAP* connection, LDAPMessage* last) {
    outcome read;
    char* words = nullptr;
    const int code = ldap_parse_result(connection, last, &read.code, nullptr, &words, nullptr, nullptr, 0);
    const std::unique_ptr<char, void (*)(char*)> owned{words, [](char* text) { ldap_memfree(text); }};
    if (code != LDAP_SUCCESS) throw directory_problem{LDAP_DECODING_ERROR, described(code, {})};
    if (words != nullptr) read.words = words;
    return read;
}

} // namespace edgeconf::ldap
