#include "ldap/second_entries.hpp"

namespace edgeconf::ldap {

void second_entries::put(const std::string& key, entry now) {
    const auto id = now.id();
    erase(id);
    by_key_.emplace(key, id);
    entries_.emplace(id, kept{key, std::move(now)});
}

bool second_entries::erase(const entry_id& which) {
    const auto found = entries_.find(which);
    if (found == entries_.end()) return false;
    by_key_.erase({found->second.key, which});
    entries_.erase(found);
    return true;
}

bool second_entries::has(const std::string& key) const {
    const auto first = by_key_.lower_bound({key, entry_id{}});
    return first != by_key_.end() && first->first == key;
}

std::optional<entry> second_entries::take(const std::string& key) {
    const auto first = by_key_.lower_bound({key, entry_id{}});
    if (first == by_key_.end() || first->first != key) return std::nullopt;
    const auto found = entries_.find(first->second);
    auto made = std::move(found->second.now);
    entries_.erase(found);
    by_key_.erase(first);
    return made;
}

} // namespace edgeconf::ldap
