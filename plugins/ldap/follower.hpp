// A part of a directory as it is, and from then on as it becomes, whoever changes it.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/session.hpp"
#include "ldap/settings.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::ldap {

// What is followed: the entries below `base` that pass `filter`, with these attributes.
struct followed_part {
    std::string base;
    std::string filter;
    std::vector<std::string> attributes; // entryUUID and modifyTimestamp are asked for as well
};

// Told from load(), and later from the follower's thread; one at a time. Must not block for long, must not
// call back.
class follower_sink {
public:
    virtual ~follower_sink() = default;

    // The entry as it is now. It may be as it was: what is told twice is to be taken twice.
    virtual void put(entry&& now) = 0;

    // An entry that was put is not there any more, or not in the part.
    virtual void gone(const entry_id& which) = 0;

    // What was put and gone so far is to be taken over: nothing else is known to come at the moment.
    virtual void settled() = 0;

    // All that the directory was at `when` has been told. Again and again while the directory answers.
    virtual void current_as_of(std::chrono::steady_clock::time_point when) = 0;

    // Nothing can be heard of the directory; why. Told whenever an attempt fails. Ends with current_as_of().
    virtual void cut_off(std::string_view why) = 0;
};

// Follows by content synchronisation (RFC 4533, refreshAndPersist) or by polling. A directory that is away is
// tried again and again, after pauses of up to 15 s; what was missed meanwhile is told then, deletions too.
// How late the rest is told: sync_feed.hpp, poll_feed.hpp.
class follower {
public:
    // Both live longer.
    follower(const settings& settings, followed_part part, follower_sink& sink);
    ~follower(); // ends its thread, within a second but for an operation that is under way
    follower(const follower&) = delete;
    follower& operator=(const follower&) = delete;

    // Tells the whole part, on the calling thread, and then settled(). Throws directory_problem. Once.
    void load();

    // Goes on from there, on a thread of its own.
    void start();

    // How it follows: for the operator's log. After load().
    std::string_view method() const noexcept;

private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

} // namespace edgeconf::ldap
