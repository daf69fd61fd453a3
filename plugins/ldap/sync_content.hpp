// What a server's messages mean for the copy of its content that a sink has: RFC 4533's rules, without
// anything that waits.
#pragma once

#include "ldap/follower.hpp"
#include "ldap/known_entries.hpp"
#include "ldap/sync_search.hpp"

#include <string>

namespace edgeconf::ldap {

// Tells the sink put() and gone(), and nothing else. Not thread-safe.
class sync_content {
public:
    explicit sync_content(follower_sink& sink) : sink_{sink} {}

    // What the last complete refresh, or the last change after it, has left; empty: all is to be asked for.
    const std::string& cookie() const noexcept { return cookie_; }
    void forget_cookie() noexcept { cookie_.clear(); }

    // A refresh begins with that cookie. What the one before has left undone does not matter.
    void begin();

    // Whether that one is complete: from then on there are changes.
    bool refreshed() const noexcept { return refreshed_; }

    // What the copy has to be for the message to make sense.
    enum class fit {
        good,
        incomplete, // the server takes something for known that is not: all has to be asked for
    };
    fit take(sync_entry&& message);
    fit take(const sync_info& message);

    // There is no content at all.
    void clear();

    // How many entries there are.
    std::size_t size() const noexcept { return known_.size(); }

private:
    void put(entry&& now);
    fit present(const entry_id& id);
    void remove(const entry_id& id);
    void end_refresh();
    void renew_cookie(const std::string& cookie);

    follower_sink& sink_;
    const known_entries::told gone_{[this](const entry_id& id) { sink_.gone(id); }};
    known_entries known_;
    std::string cookie_;
    std::string next_cookie_; // the newest, while a refresh is not complete
    bool refreshed_ = false;
    bool all_mentioned_ = false; // in this refresh: what is not mentioned is not there
};

} // namespace edgeconf::ldap
