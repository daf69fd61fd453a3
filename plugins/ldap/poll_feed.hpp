// Follows by asking again and again: for servers without content synchronisation.
#pragma once

#include "ldap/feed.hpp"
#include "ldap/follower.hpp"
#include "ldap/known_entries.hpp"
#include "ldap/poll_window.hpp"
#include "ldap/settings.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace edgeconf::ldap {

// How late a change is told: after poll_interval and the time of a search at most; of an entry that is gone,
// deletion_interval, which current_as_of() does not reflect. A change that gets an old stamp, because the
// server's clock was set back or the server is a replica that lags, is found with those that are gone:
// that scan reads all stamps, and then the entries whose stamp is another than before. Of entries
// whose modifyTimestamp may not be read, all changes are found so.
class poll_feed final : public feed {
public:
    // All live longer.
    poll_feed(const settings& settings, const followed_part& part, follower_sink& sink);

    void refresh(session& with, const std::stop_token& stop) override;
    void follow(session& with, const std::stop_token& stop) override;

private:
    using clock = std::chrono::steady_clock;

    // What was to be read has been read; else they are to stop.
    bool look(session& with, const std::stop_token& stop, bool scan_too);
    bool load(session& with, const std::stop_token& stop);
    bool poll(session& with, const std::stop_token& stop);
    bool scan(session& with, const std::stop_token& stop);
    bool search(session& with, const std::stop_token& stop, const search_request& what,
                const entry_sink& take) const;

    search_request all() const;
    void reread(session& with, const std::string& dn);
    void put(entry&& now);
    void clear();

    const settings& settings_;
    const followed_part& part_;
    follower_sink& sink_;
    const known_entries::told gone_{[this](const entry_id& id) { sink_.gone(id); }};
    known_entries known_;
    poll_window window_;
    bool loaded_ = false;
    clock::time_point next_scan_{};
};

} // namespace edgeconf::ldap
