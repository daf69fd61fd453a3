// How what changes in a part of a directory is found out: what sync_feed and poll_feed have in common.
#pragma once

#include "ldap/session.hpp"

#include <stop_token>

namespace edgeconf::ldap {

// Tells a follower_sink, from the thread that calls it. Both functions throw directory_problem, and return
// early, with nothing more told, once `stop` is requested.
class feed {
public:
    virtual ~feed() = default;

    // Tells all that is there or, if something has been told before, at least what is different now; then
    // settled() and current_as_of(). Deletions are told after all that is there has been read: what breaks
    // in its midst deletes nothing. Once for each session; a base that is not there has no entries.
    virtual void refresh(session& with, const std::stop_token& stop) = 0;

    // Tells changes until `stop`. With the session of the last refresh().
    virtual void follow(session& with, const std::stop_token& stop) = 0;
};

} // namespace edgeconf::ldap
