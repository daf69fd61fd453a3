// What listeners have heard and the writer has not taken over yet.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/object_entries.hpp"

#include "fleet/shared_store.hpp"

#include <mutex>
#include <variant>
#include <vector>

namespace edgeconf::ldap {

enum class directory_part { fleet, inventory };

struct noted_change {
    directory_part part;
    std::variant<entry, entry_id> what; // as it is now; gone
};

// Any thread.
class noted_changes {
public:
    // What is heard of objects goes to `objects` at once; lives longer.
    explicit noted_changes(object_entries& objects) : objects_{objects} {}

    void put(directory_part part, entry&& now);
    void put_object(entry&& now);
    void gone(directory_part part, const entry_id& which);

    // Calls the sinks for whose parts there is something new; for objects once.
    void announce(const fleet::news_sinks& sinks);

    // Those that are no objects', in the order in which they were heard.
    std::vector<noted_change> take();

private:
    void objects_changed(bool changed);

    object_entries& objects_;
    std::mutex mutex_;
    std::vector<noted_change> changes_;
    bool objects_changed_ = false;
};

} // namespace edgeconf::ldap
