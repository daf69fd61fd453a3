#include "ldap/known_entries.hpp"

namespace edgeconf::ldap {

void known_entries::put(const entry_id& id, modify_stamp stamp) {
    entries_.insert_or_assign(id, state{refresh_, stamp});
}

bool known_entries::mention(const entry_id& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return false;
    found->second.refresh = refresh_;
    return true;
}

void known_entries::doom(const entry_id& id) {
    if (const auto found = entries_.find(id); found != entries_.end()) found->second.refresh = refresh_ + 1;
}

void known_entries::drop_doomed(const told& gone) {
    erase_if(entries_, [&](const auto& known) {
        if (known.second.refresh != refresh_ + 1) return false;
        gone(known.first);
        return true;
    });
}

void known_entries::drop_unmentioned(const told& gone) {
    erase_if(entries_, [&](const auto& known) {
        if (known.second.refresh == refresh_) return false;
        gone(known.first);
        return true;
    });
}

std::optional<modify_stamp> known_entries::stamp(const entry_id& id) const {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return std::nullopt;
    return found->second.stamp;
}

} // namespace edgeconf::ldap
