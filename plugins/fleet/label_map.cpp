#include "fleet/label_map.hpp"

#include <algorithm>
#include <iterator>

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

// Both are sorted; and a map that is made once keeps no room for more.
void label_map::set(const label_map& others) {
    std::vector<label> merged;
    merged.reserve(labels_.size() + others.labels_.size());
    auto mine = labels_.begin();
    for (const auto& each : others.labels_) {
        while (mine != labels_.end() && mine->key.get() < each.key.get())
            merged.push_back(std::move(*mine++));
        if (mine != labels_.end() && mine->key == each.key) ++mine;
        merged.push_back(each);
    }
    merged.insert(merged.end(), std::make_move_iterator(mine), std::make_move_iterator(labels_.end()));
    merged.shrink_to_fit();
    labels_ = std::move(merged);
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
