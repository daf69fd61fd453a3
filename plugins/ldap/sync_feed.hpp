// Follows by content synchronisation: the server tells changes as they are made.
#pragma once

#include "ldap/feed.hpp"
#include "ldap/follower.hpp"
#include "ldap/settings.hpp"
#include "ldap/sync_content.hpp"
#include "ldap/sync_search.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace edgeconf::ldap {

// How late a change is told: usually at once, by up to 0.1 s if there are many. At worst, if the connection
// dies without a word, after probe_interval + operation_timeout, the pause and the time to connect, and then
// what the server needs to tell what is different. A base that was not there is found after probe_interval.
//
// What a cookie cannot tell: if a directory is restored from a backup while it is away, and changed again
// before it answers, its server knows of none of the changes that the backup has undone.
class sync_feed final : public feed {
public:
    // All live longer.
    sync_feed(const settings& settings, const followed_part& part, follower_sink& sink);

    // With the cookie, if the server is the one that it came from and takes it.
    void refresh(session& with, const std::stop_token& stop) override;

    // Silence is asked what it means: the feed probes the session.
    void follow(session& with, const std::stop_token& stop) override;

private:
    using clock = std::chrono::steady_clock;

    // A refresh. False: it has to begin anew, as things are now, or is to stop.
    bool attempt(session& with, const std::stop_token& stop);
    bool refresh_ended(const sync_end& end);

    void probe(session& with);
    void take_batch(sync_message&& first);
    void take_change(sync_message&& message);
    sync_content::fit take(sync_message&& message);
    [[noreturn]] void fail(const sync_end& end) const;

    const settings& settings_;
    const followed_part& part_;
    follower_sink& sink_;
    sync_content content_;
    std::string url_;                              // where the cookie is from
    std::optional<sync_search> search_;            // of the last session
    std::chrono::milliseconds start_over_after_{}; // while there is none
};

} // namespace edgeconf::ldap
