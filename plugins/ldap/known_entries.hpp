// Which entries have been told of: what deletions are found out by.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/modify_stamp.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace edgeconf::ldap {

// A flat table of 25 bytes a slot, of which up to seven eighths are used and that doubles when it is full:
// 100,000 entries cost 3 MB, and while it grows half as much again.
//
// From begin() on, entries that are there are mentioned; at the end those that were not can be dropped. A
// refresh that is given up is followed by another begin() and leaves no trace. Not thread-safe.
class known_entries {
public:
    using told = std::function<void(const entry_id&)>;

    // A refresh begins: nothing has been mentioned.
    void begin() noexcept { refresh_ += 2; }

    // It has been told, and is mentioned.
    void put(const entry_id& id, modify_stamp stamp = unknown_stamp);

    // It is there. False: it has never been told.
    bool mention(const entry_id& id);

    // It is not there any more, which stays so unless it is put or mentioned yet.
    void doom(const entry_id& id);

    // Forgets all that is doomed, or was not mentioned either; each is told just before.
    void drop_doomed(const told& gone);
    void drop_unmentioned(const told& gone);

    // Forgets it. False: it was not known.
    bool drop(const entry_id& id) { return entries_.erase(id) != 0; }

    // As it was put.
    std::optional<modify_stamp> stamp(const entry_id& id) const;

    std::size_t size() const noexcept { return entries_.size(); }

private:
    struct state {
        std::uint32_t refresh; // the one that mentioned it, or, plus one, that doomed it
        modify_stamp stamp;
    };
    boost::unordered_flat_map<entry_id, state, entry_id_hash> entries_;
    std::uint32_t refresh_ = 0; // even
};

} // namespace edgeconf::ldap
