#include "ldap/sync_feed.hpp"

#include "ldap/pause.hpp"

#include <fmt/format.h>
#include <ldap.h>

#include <utility>

namespace edgeconf::ldap {

using namespace std::chrono_literals;

namespace {

// How long `stop` may be overlooked.
constexpr std::chrono::milliseconds slice = 500ms;

// What belongs together usually comes together: so long a batch waits for more, and so much it takes.
constexpr std::chrono::milliseconds lingering = 10ms;
constexpr std::chrono::milliseconds longest_batch = 100ms;
constexpr int largest_batch = 10'000;

// A refresh may keep a server busy that answers probes all the while; but for that many timeouts at most.
constexpr int refresh_patience = 15;

// Before a server that has ended a search is asked for all again: one that does so always is left some rest.
constexpr std::chrono::milliseconds rest = 1s;

} // namespace

sync_feed::sync_feed(const settings& settings, const followed_part& part, follower_sink& sink)
    : settings_{settings}, part_{part}, sink_{sink}, content_{sink} {}

void sync_feed::refresh(session& with, const std::stop_token& stop) {
    if (url_ != with.url()) content_.forget_cookie();
    url_ = with.url();
    while (!stop.stop_requested() && !attempt(with, stop)) {
    }
}

bool sync_feed::attempt(session& with, const std::stop_token& stop) {
    const auto sent = clock::now();
    content_.begin();
    search_.emplace(with, part_, content_.cookie());
    auto heard = sent;
    auto asked = sent;
    while (search_ && !content_.refreshed()) {
        if (stop.stop_requested()) return false;
        auto message = search_->next(slice);
        const auto now = clock::now();
        if (message) {
            heard = asked = now;
            if (const auto* const end = std::get_if<sync_end>(&*message)) {
                if (!refresh_ended(*end)) return false;
            } else if (take(std::move(*message)) == sync_content::fit::incomplete) {
                search_->abandon();
                content_.forget_cookie();
                return false;
            }
        } else if (now - heard >= refresh_patience * settings_.connection.operation_timeout) {
            throw directory_problem{
                LDAP_TIMEOUT,
                fmt::format("{}: it does not go on to tell what is below {}", url_, part_.base)};
        } else if (now - asked >= settings_.connection.operation_timeout) {
            with.probe();
            asked = clock::now();
        }
    }
    sink_.settled();
    sink_.current_as_of(sent);
    return true;
}

bool sync_feed::refresh_ended(const sync_end& end) {
    search_.reset();
    if (end.code == LDAP_NO_SUCH_OBJECT) {
        content_.clear();
        start_over_after_ = settings_.follow.probe_interval;
        return true;
    }
    if (content_.cookie().empty()) fail(end);
    content_.forget_cookie(); // whatever is wrong: it may be the cookie
    return false;
}

void sync_feed::follow(session& with, const std::stop_token& stop) {
    auto heard = clock::now();
    while (!stop.stop_requested()) {
        if (!search_) {
            pause(stop, start_over_after_);
            refresh(with, stop);
        } else if (auto message = search_->next(slice)) {
            take_batch(std::move(*message));
        } else if (clock::now() - heard >= settings_.follow.probe_interval) {
            probe(with);
        } else {
            continue;
        }
        heard = clock::now();
    }
}

void sync_feed::probe(session& with) {
    const auto sent = clock::now();
    with.probe();
    if (auto message = search_->next(0ms))
        take_batch(std::move(*message));
    else
        sink_.current_as_of(sent);
}

void sync_feed::take_batch(sync_message&& first) {
    const auto begun = clock::now();
    take_change(std::move(first));
    for (int taken = 1; search_ && taken < largest_batch && clock::now() - begun < longest_batch; ++taken) {
        auto message = search_->next(lingering);
        if (!message) break;
        take_change(std::move(*message));
    }
    sink_.settled();
    sink_.current_as_of(begun);
}

void sync_feed::take_change(sync_message&& message) {
    if (const auto* const end = std::get_if<sync_end>(&message)) {
        if (end->code != LDAP_SYNC_REFRESH_REQUIRED && end->code != LDAP_NO_SUCH_OBJECT) fail(*end);
    } else if (take(std::move(message)) == sync_content::fit::good) {
        return;
    } else {
        search_->abandon();
    }
    search_.reset();
    content_.forget_cookie();
    start_over_after_ = rest;
}

sync_content::fit sync_feed::take(sync_message&& message) {
    if (auto* const entry = std::get_if<sync_entry>(&message)) return content_.take(std::move(*entry));
    if (const auto* const info = std::get_if<sync_info>(&message)) return content_.take(*info);
    return sync_content::fit::good;
}

// A search that is over without an error was none that persists.
void sync_feed::fail(const sync_end& end) const {
    throw directory_problem{
        end.code == LDAP_SUCCESS ? LDAP_PROTOCOL_ERROR : end.code,
        fmt::format("{}: it has ended the synchronising search below {}: {}", url_, part_.base, end.what)};
}

} // namespace edgeconf::ldap
