#include "ldap/poll_feed.hpp"

#include "ldap/pause.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <utility>

namespace edgeconf::ldap {

namespace {

const entry_id& id_of(const entry& read) {
    if (read.id() == entry_id{})
        throw directory_problem{
            LDAP_INSUFFICIENT_ACCESS,
            fmt::format("{}: its entryUUID cannot be read, without which it cannot be followed; "
                        "the account that edgeconf binds as needs the right to read it",
                        read.dn())};
    return read.id();
}

modify_stamp stamp_of(const entry& read) { return parse_modify_stamp(read.value("modifyTimestamp")); }

} // namespace

poll_feed::poll_feed(const settings& settings, const followed_part& part, follower_sink& sink)
    : settings_{settings}, part_{part}, sink_{sink} {}

void poll_feed::refresh(session& with, const std::stop_token& stop) {
    const auto begun = clock::now();
    if (!look(with, stop, true)) return;
    sink_.settled();
    sink_.current_as_of(begun);
}

void poll_feed::follow(session& with, const std::stop_token& stop) {
    for (;;) {
        pause(stop, settings_.follow.poll_interval);
        if (stop.stop_requested()) return;
        const auto begun = clock::now();
        if (!look(with, stop, begun >= next_scan_)) return;
        sink_.settled();
        sink_.current_as_of(begun);
    }
}

bool poll_feed::look(session& with, const std::stop_token& stop, bool scan_too) {
    try {
        if (!loaded_) return load(with, stop);
        return poll(with, stop) && (!scan_too || scan(with, stop));
    } catch (const directory_problem& problem) {
        if (problem.code() != LDAP_NO_SUCH_OBJECT) throw;
        clear();
        return true;
    }
}

bool poll_feed::load(session& with, const std::stop_token& stop) {
    window_.begin(clock::now());
    known_.begin();
    if (!search(with, stop, all(), [this](entry&& now) { put(std::move(now)); })) return false;
    known_.drop_unmentioned(gone_);
    window_.complete();
    loaded_ = true;
    next_scan_ = clock::now() + settings_.follow.deletion_interval;
    return true;
}

bool poll_feed::poll(session& with, const std::stop_token& stop) {
    const auto since = window_.since();
    if (!since) return known_.size() != 0 || load(with, stop);
    window_.begin(clock::now());
    auto changed = all();
    changed.filter = fmt::format("(&{}(modifyTimestamp>={}))", part_.filter, generalized_time(*since));
    if (!search(with, stop, changed, [this](entry&& now) { put(std::move(now)); })) return false;
    window_.complete();
    return true;
}

bool poll_feed::scan(session& with, const std::stop_token& stop) {
    known_.begin();
    const std::size_t few = settings_.follow.page_size;
    std::vector<std::string> different;
    auto stamps = all();
    stamps.attributes = {"entryUUID", "modifyTimestamp"};
    const bool complete = search(with, stop, stamps, [&](entry&& now) {
        const entry_id& id = id_of(now);
        const modify_stamp stamp = stamp_of(now);
        const bool same = known_.mention(id) && stamp != unknown_stamp && known_.stamp(id) == stamp;
        if (!same && different.size() <= few) different.push_back(now.dn());
    });
    if (!complete) return false;
    if (different.size() > few) return load(with, stop);
    known_.drop_unmentioned(gone_);
    for (const auto& dn : different) {
        if (stop.stop_requested()) return false;
        reread(with, dn);
    }
    next_scan_ = clock::now() + settings_.follow.deletion_interval;
    return true;
}

bool poll_feed::search(session& with, const std::stop_token& stop, const search_request& what,
                       const entry_sink& take) const {
    std::string cookie;
    do {
        if (stop.stop_requested()) return false;
        with.search_page(what, settings_.follow.page_size, cookie, take);
    } while (!cookie.empty());
    return true;
}

search_request poll_feed::all() const {
    return {.base = part_.base, .subtree = true, .filter = part_.filter, .attributes = part_.attributes};
}

// One that is gone or moved by now is told so by the next scan.
void poll_feed::reread(session& with, const std::string& dn) {
    auto one = all();
    one.base = dn;
    one.subtree = false;
    try {
        with.search(one, settings_.follow.page_size, [this](entry&& now) { put(std::move(now)); });
    } catch (const directory_problem& problem) {
        if (problem.code() != LDAP_NO_SUCH_OBJECT) throw;
    }
}

void poll_feed::put(entry&& now) {
    const entry_id id = id_of(now);
    const modify_stamp stamp = stamp_of(now);
    if (window_.over(stamp) && known_.stamp(id) == stamp) {
        known_.mention(id);
        return;
    }
    sink_.put(std::move(now));
    known_.put(id, stamp);
    window_.saw(stamp, clock::now());
}

void poll_feed::clear() {
    known_.begin();
    known_.drop_unmentioned(gone_);
    loaded_ = false;
}

} // namespace edgeconf::ldap
