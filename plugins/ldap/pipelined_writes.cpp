#include "ldap/pipelined_writes.hpp"

#include "ldap/directory_problem.hpp"
#include "ldap/modifications.hpp"
#include "ldap/operation.hpp"
#include "ldap/request_control.hpp"
#include "ldap/words.hpp"

#include <ldap.h>

#include <deque>
#include <optional>
#include <utility>

namespace edgeconf::ldap {
namespace {

// Of writes that are on their way at once.
constexpr std::size_t window = 32;

struct sent {
    operation on_its_way;
    deadline until;
};

// RFC 4528. Null without a filter.
request_control assertion(LDAP* connection, const std::string& filter) {
    if (filter.empty()) return nullptr;
    LDAPControl* raw = nullptr;
    const int code = ldap_create_assertion_control(connection, const_cast<char*>(filter.c_str()), 1, &raw);
    request_control made{raw};
    if (code != LDAP_SUCCESS) throw directory_problem{code, described(code, filter)};
    return made;
}

// Nothing as long as those that are on their way have to be written first.
std::optional<operation> begin_write(LDAP* connection, const write_request& request) {
    modifications changes{request.changes};
    const auto condition = assertion(connection, request.assertion);
    LDAPControl* controls[] = {condition.get(), nullptr};
    const auto* dn = request.dn.c_str();
    int id = 0;
    int code = LDAP_PARAM_ERROR;
    switch (request.is) {
    case write_request::kind::add:
        code = ldap_add_ext(connection, dn, changes.get(), controls, nullptr, &id);
        break;
    case write_request::kind::modify:
        code = ldap_modify_ext(connection, dn, changes.get(), controls, nullptr, &id);
        break;
    case write_request::kind::remove: code = ldap_delete_ext(connection, dn, controls, nullptr, &id); break;
    }
    if (code == LDAP_BUSY) return std::nullopt;
    return operation{connection, code, id};
}

} // namespace

void write_pipelined(LDAP* connection, std::span<const write_request> requests, const patience& time,
                     const result_sink& take) {
    std::deque<sent> pending;
    std::size_t begun = 0;
    for (std::size_t done = 0; done < requests.size(); ++done) {
        while (begun < requests.size() && pending.size() < window) {
            const auto until = time.next();
            auto next = begin_write(connection, requests[begun]);
            if (!next && pending.empty()) throw directory_problem{LDAP_TIMEOUT, "nothing can be sent"};
            if (!next) break;
            pending.push_back({std::move(*next), until});
            ++begun;
        }
        const auto answer = pending.front().on_its_way.next(pending.front().until);
        const auto told = outcome_of(connection, answer.get());
        pending.pop_front();
        const bool is_done = told.code == LDAP_SUCCESS;
        take(done, {told.code, is_done ? std::string{} : described(told.code, told.words)});
    }
}

} // namespace edgeconf::ldap
