// The entries of objects, each as it was accepted last: a mistake in one of them changes nothing but what is
// said of it.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/second_entries.hpp"

#include "fleet/manifest_cache.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgeconf::ldap {

// Any thread.
class object_entries {
public:
    // True if what is accepted is another one now.
    bool put(entry&& now);
    bool gone(const entry_id& which);

    // In the order of their DNs.
    std::vector<fleet::manifest_file> all() const;

    // What is wrong, by DN: what was accepted before of such an entry stays.
    std::map<std::string, std::string> left_out() const;

private:
    struct place {
        std::string key;           // of `file`: "Secret plant-1/registry"
        fleet::manifest_file file; // with no objects: nothing was ever accepted
        std::string dn;
        std::string problem; // of the entry as it is now; empty: none
    };

    bool take(place& at, const entry& now);
    void give_up(const std::string& key);

    mutable std::mutex mutex_;
    std::unordered_map<entry_id, place, entry_id_hash> places_;
    std::map<std::string, entry_id> owners_; // of keys; accepted
    second_entries seconds_;                 // by the key that another entry has
};

} // namespace edgeconf::ldap
