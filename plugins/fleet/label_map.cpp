#include "fleet/label_map.hpp"

#include <algorithm>

namespace edgeconf::fleet {

namespace {

bool before(const label_map::label& one, std::string_view key) { return one.key.get() < key; }

} // namespace

label_map::label_map(const string_map& labels) {
    labels_.reserve(labels.size());
    for (const auto& [key, value] : labels) labels_.push_back({shared_text{key}, shared_text{value}});
}

const std::string* label_map::find(std::string_view key) const noexcept {
    const auto at = std::lower_bound(labels_.begin(), labels_.end(), key, before);
    return at != labels_.end() && at->key.get() == key ? &at->value.get() : nullptr;
}

void label_map::set(std::string_view key, std::string_view value) {
    set({shared_text{std::string{key}}, shared_text{std::string{value}}});
}

void label_map::set(const label_map& others) {
    for (const auto& each : others.labels_) set(label{each});
}

void label_map::set(label&& one) {
    const auto at = std::lower_bound(labels_.begin(), labels_.end(), one.key.get(), before);
    if (at != labels_.end() && at->key == one.key) {
        at->value = std::move(one.value);
    } else {
        labels_.insert(at, std::move(one));
    }
}

string_map label_map::map() const {
    string_map all;
    for (const auto& [key, value] : labels_) all.emplace(key.get(), value.get());
    return all;
}

} // namespace edgeconf::fleet
