#include "ldap/sync_search.hpp"

#include "ldap/deadline.hpp"
#include "ldap/operation.hpp"
#include "ldap/words.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <cstring>
#include <memory>

namespace edgeconf::ldap {

namespace {

template <auto release>
struct released_by {
    template <class Thing>
    void operator()(Thing* thing) const noexcept {
        release(thing);
    }
};

using text_pointer = std::unique_ptr<char, released_by<ldap_memfree>>;
using octets_pointer = std::unique_ptr<berval, released_by<ber_bvfree>>;
using controls_pointer = std::unique_ptr<LDAPControl*, released_by<ldap_controls_free>>;

std::string_view octets(const berval& value) { return {value.bv_val, value.bv_len}; }

} // namespace

sync_search::sync_search(session& with, const followed_part& part, std::string_view cookie) : session_{with} {
    std::string value = sync_request(cookie);
    LDAPControl control{const_cast<char*>(LDAP_CONTROL_SYNC), {value.size(), value.data()}, 1};
    LDAPControl* controls[] = {&control, nullptr};
    std::vector<char*> attributes;
    for (const auto& attribute : part.attributes) attributes.push_back(const_cast<char*>(attribute.c_str()));
    attributes.push_back(nullptr);
    const int code =
        ldap_search_ext(session_.handle(), part.base.c_str(), LDAP_SCOPE_SUBTREE, part.filter.c_str(),
                        attributes.data(), 0, controls, nullptr, nullptr, LDAP_NO_LIMIT, &id_);
    if (code != LDAP_SUCCESS) fail(code);
}

std::optional<sync_message> sync_search::next(std::chrono::milliseconds timeout) {
    timeval within = as_timeval(timeout);
    LDAPMessage* received = nullptr;
    const int type = ldap_result(session_.handle(), id_, LDAP_MSG_ONE, &within, &received);
    const answer_message message{received};
    if (type == 0) return std::nullopt;
    if (type < 0) {
        int code = LDAP_SERVER_DOWN;
        ldap_get_option(session_.handle(), LDAP_OPT_RESULT_CODE, &code);
        fail(code);
    }
    return read(message.get());
}

void sync_search::abandon() noexcept { ldap_abandon_ext(session_.handle(), id_, nullptr, nullptr); }

sync_message sync_search::read(LDAPMessage* message) const {
    switch (ldap_msgtype(message)) {
    case LDAP_RES_SEARCH_ENTRY: return read_entry(message);
    case LDAP_RES_INTERMEDIATE: return read_info(message);
    case LDAP_RES_SEARCH_RESULT: return read_end(message);
    default: return std::monostate{};
    }
}

sync_entry sync_search::read_entry(LDAPMessage* message) const {
    LDAPControl** found = nullptr;
    ldap_get_entry_controls(session_.handle(), message, &found);
    const controls_pointer controls{found};
    const LDAPControl* const control =
        found ? ldap_control_find(LDAP_CONTROL_SYNC_STATE, found, nullptr) : nullptr;
    if (!control) fail(LDAP_PROTOCOL_ERROR, "it sent an entry without a Sync State Control (RFC 4533)");
    sync_entry read{read_sync_state(octets(control->ldctl_value)), entry{session_.handle(), message}};
    read.now.set_id(read.state.id);
    return read;
}

sync_info sync_search::read_info(LDAPMessage* message) const {
    char* name = nullptr;
    berval* value = nullptr;
    const int code = ldap_parse_intermediate(session_.handle(), message, &name, &value, nullptr, 0);
    const text_pointer owned_name{name};
    const octets_pointer owned_value{value};
    if (code != LDAP_SUCCESS || !name || !value || std::strcmp(name, LDAP_SYNC_INFO) != 0)
        fail(LDAP_PROTOCOL_ERROR, "it sent an intermediate response that is not of RFC 4533");
    return read_sync_info(octets(*value));
}

sync_end sync_search::read_end(LDAPMessage* message) const {
    const outcome told = outcome_of(session_.handle(), message);
    return {told.code, described(told.code, told.words)};
}

void sync_search::fail(int code) const { fail(code, described(code, diagnostic(session_.handle(), code))); }

void sync_search::fail(int code, std::string_view what) const {
    throw directory_problem{code, fmt::format("{}: {}", session_.url(), what)};
}

} // namespace edgeconf::ldap
