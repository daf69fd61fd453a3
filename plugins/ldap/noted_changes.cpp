#include "ldap/noted_changes.hpp"

#include "ldap/schema_names.hpp"

#include <utility>

namespace edgeconf::ldap {

void noted_changes::put(directory_part part, entry&& now) {
    if (part == directory_part::fleet && now.is_a(names::object)) return put_object(std::move(now));
    const std::lock_guard held{mutex_};
    changes_.push_back({part, std::move(now)});
}

void noted_changes::put_object(entry&& now) { objects_changed(objects_.put(std::move(now))); }

// What is gone does not say what it was.
void noted_changes::gone(directory_part part, const entry_id& which) {
    if (part == directory_part::fleet) objects_changed(objects_.gone(which));
    const std::lock_guard held{mutex_};
    changes_.push_back({part, which});
}

void noted_changes::objects_changed(bool changed) {
    const std::lock_guard held{mutex_};
    objects_changed_ |= changed;
}

void noted_changes::announce(const fleet::news_sinks& sinks) {
    bool objects = false;
    bool devices = false;
    {
        const std::lock_guard held{mutex_};
        objects = std::exchange(objects_changed_, false);
        devices = !changes_.empty();
    }
    if (objects) sinks.manifests();
    if (devices) sinks.devices();
}

std::vector<noted_change> noted_changes::take() {
    const std::lock_guard held{mutex_};
    return std::exchange(changes_, {});
}

} // namespace edgeconf::ldap
