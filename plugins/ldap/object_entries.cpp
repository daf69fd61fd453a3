#include "ldap/object_entries.hpp"

#include "ldap/attribute_values.hpp"
#include "ldap/object_form.hpp"
#include "ldap/schema_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace edgeconf::ldap {

namespace {

std::string key_of(const entry& from) {
    const auto ns = from.value(names::ns);
    return fmt::format("{} {}/{}", from.value(names::kind), ns.empty() ? "default" : ns,
                       from.value(names::name));
}

} // namespace

bool object_entries::put(entry&& now) {
    const std::lock_guard held{mutex_};
    auto& at = places_[now.id()];
    at.dn = now.dn();
    return take(at, now);
}

bool object_entries::take(place& at, const entry& now) {
    const auto key = key_of(now);
    const auto owner = owners_.find(key);
    seconds_.erase(now.id());
    if (owner != owners_.end() && owner->second != now.id()) {
        at.problem = fmt::format("the {} is the entry {} already", key, places_.at(owner->second).dn);
        seconds_.put(key, now);
        return false;
    }
    try {
        auto file = manifest_of(now);
        at.problem.clear();
        const auto before = std::exchange(at.key, key);
        const bool changed = at.file.path != file.path || at.file.content != file.content;
        at.file = std::move(file);
        owners_.insert_or_assign(key, now.id());
        if (!before.empty() && before != key) give_up(before);
        return changed;
    } catch (const unusable_entry& problem) {
        at.problem = problem.what();
        return false;
    }
}

bool object_entries::gone(const entry_id& which) {
    const std::lock_guard held{mutex_};
    const auto found = places_.find(which);
    if (found == places_.end()) return false;
    const auto key = found->second.key;
    seconds_.erase(which);
    places_.erase(found);
    if (key.empty()) return false;
    give_up(key);
    return true;
}

// The first that can be used has it next; those that cannot say so themselves.
void object_entries::give_up(const std::string& key) {
    owners_.erase(key);
    while (const auto heir = seconds_.take(key)) {
        auto& at = places_.at(heir->id());
        take(at, *heir);
        if (at.key == key) return;
    }
}

std::vector<fleet::manifest_file> object_entries::all() const {
    std::vector<fleet::manifest_file> made;
    const std::lock_guard held{mutex_};
    for (const auto& [id, at] : places_) {
        if (!at.file.objects.empty()) made.push_back(at.file);
    }
    std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return made;
}

std::map<std::string, std::string> object_entries::left_out() const {
    std::map<std::string, std::string> made;
    const std::lock_guard held{mutex_};
    for (const auto& [id, at] : places_) {
        if (!at.problem.empty()) made.emplace(at.dn, at.problem);
    }
    return made;
}

} // namespace edgeconf::ldap
