// Entries that say of something what another entry said first: each is kept until the other one is gone, and
// then has its turn.
#pragma once

#include "ldap/entry.hpp"

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

namespace edgeconf::ldap {

// One thread at a time.
class second_entries {
public:
    // `key` is what they have in common.
    void put(const std::string& key, entry now);

    // False: it was not here.
    bool erase(const entry_id& which);

    bool has(const std::string& key) const;

    // Any of them, which is not here any more then; the same one on every host.
    std::optional<entry> take(const std::string& key);

private:
    struct kept {
        std::string key;
        entry now;
    };

    std::unordered_map<entry_id, kept, entry_id_hash> entries_;
    std::set<std::pair<std::string, entry_id>> by_key_;
};

} // namespace edgeconf::ldap
