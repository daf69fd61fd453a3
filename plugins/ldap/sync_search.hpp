// A search for the content of a part of a directory and, once that is told, for its changes
// (refreshAndPersist of RFC 4533): a message at a time.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/follower.hpp"
#include "ldap/session.hpp"
#include "ldap/sync_messages.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace edgeconf::ldap {

// An entry in its state; present and remove come with its DN alone.
struct sync_entry {
    sync_state state;
    entry now; // with its id
};

// The search is over, which a server says only if it cannot or will not go on.
struct sync_end {
    int code; // RFC 4511's
    std::string what;
};

// monostate: nothing that matters, such as a referral.
using sync_message = std::variant<std::monostate, sync_entry, sync_info, sync_end>;

class sync_search {
public:
    // Sends it. An empty cookie asks for all. The session lives longer, but for the destructor, which leaves
    // the server to find out. Throws directory_problem, as next() does.
    sync_search(session& with, const followed_part& part, std::string_view cookie);

    // Waits for so long at most; zero asks for what is here already. A message that is not of content
    // synchronisation is a directory_problem with protocolError.
    std::optional<sync_message> next(std::chrono::milliseconds timeout);

    // Tells the server that nothing more is wanted.
    void abandon() noexcept;

private:
    sync_message read(LDAPMessage* message) const;
    sync_entry read_entry(LDAPMessage* message) const;
    sync_info read_info(LDAPMessage* message) const;
    sync_end read_end(LDAPMessage* message) const;
    [[noreturn]] void fail(int code) const; // of libldap
    [[noreturn]] void fail(int code, std::string_view what) const;

    session& session_;
    int id_ = 0;
};

} // namespace edgeconf::ldap
