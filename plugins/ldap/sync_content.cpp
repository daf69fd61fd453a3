#include "ldap/sync_content.hpp"

namespace edgeconf::ldap {

void sync_content::begin() {
    known_.begin();
    next_cookie_.clear();
    refreshed_ = false;
    all_mentioned_ = cookie_.empty();
}

sync_content::fit sync_content::take(sync_entry&& message) {
    const auto fits = [&] {
        switch (message.state.is) {
        case sync_state::kind::present: return present(message.state.id);
        case sync_state::kind::remove: remove(message.state.id); return fit::good;
        default: put(std::move(message.now)); return fit::good;
        }
    }();
    renew_cookie(message.state.cookie);
    return fits;
}

sync_content::fit sync_content::take(const sync_info& message) {
    auto fits = fit::good;
    switch (message.is) {
    case sync_info::kind::new_cookie: break;
    case sync_info::kind::id_set:
        for (const auto& id : message.ids) {
            if (message.deleted)
                remove(id);
            else if (present(id) == fit::incomplete)
                fits = fit::incomplete;
        }
        break;
    case sync_info::kind::refresh_present: all_mentioned_ = true; [[fallthrough]];
    case sync_info::kind::refresh_delete:
        if (message.refresh_done && !refreshed_) end_refresh();
        break;
    }
    renew_cookie(message.cookie);
    return fits;
}

void sync_content::clear() {
    known_.begin();
    known_.drop_unmentioned(gone_);
    cookie_.clear();
}

void sync_content::put(entry&& now) {
    known_.put(now.id());
    sink_.put(std::move(now));
}

sync_content::fit sync_content::present(const entry_id& id) {
    // Asked for all, a server has no reason to think anything known, so that asking again would not help.
    return known_.mention(id) || cookie_.empty() ? fit::good : fit::incomplete;
}

void sync_content::remove(const entry_id& id) {
    if (!refreshed_)
        known_.doom(id);
    else if (known_.drop(id))
        sink_.gone(id);
}

void sync_content::end_refresh() {
    if (all_mentioned_)
        known_.drop_unmentioned(gone_);
    else
        known_.drop_doomed(gone_);
    refreshed_ = true;
    if (!next_cookie_.empty()) cookie_ = std::move(next_cookie_);
}

// One that comes in the midst of a refresh may stand for deletions that have not been told.
void sync_content::renew_cookie(const std::string& cookie) {
    if (!cookie.empty()) (refreshed_ ? cookie_ : next_cookie_) = cookie;
}

} // namespace edgeconf::ldap
