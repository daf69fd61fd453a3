#include "fleet/event_log.hpp"

#include "fleet/encoding.hpp"

#include <algorithm>
#include <iterator>

namespace edgeconf::fleet {

namespace {

constexpr std::size_t node_header = 4 * sizeof(void*); // colour and three links of a tree's node

} // namespace

event_type event_type_of(std::string_view type) noexcept {
    return type == "warn" ? event_type::warning : event_type::normal;
}

void event_log::record(const occurrence& what, std::chrono::system_clock::time_point now) {
    auto kept = what;
    kept.reason = cut_utf8(what.reason, event::reason_limit);
    kept.message = cut_utf8(what.message, event::message_limit);
    kept.source = cut_utf8(what.source, event::source_limit);

    ++sequence_;
    const auto object = object_for(what.object);
    auto& events = object->second;
    const auto known =
        std::find_if(events.rbegin(), events.rend(), [&](const entry* each) { return is_same(*each, kept); });
    if (known != events.rend()) {
        raise(**known, now);
        return;
    }
    add({kept, sequence_, sequence_, 1, now, now}, object);
    // The last one takes the object along.
    for (auto size = events.size(); size > limits_.per_object; --size) drop(*events.front());
    while (!entries_.empty() && (entries_.size() > limits_.total || counts().bytes > limits_.bytes)) {
        drop(entries_.begin()->second);
    }
}

void event_log::forget(const event_object& object) {
    const auto at = objects_.find(object);
    if (at == objects_.end()) return;
    for (const auto events = at->second; auto* each : events) remove(*each);
}

// Those at the beginning happened longest ago, as far as the clock did not run backwards.
void event_log::expire(std::chrono::system_clock::time_point since) {
    while (!entries_.empty() && entries_.begin()->second.last < since) drop(entries_.begin()->second);
}

void event_log::restore(const event& kept) {
    if (kept.sequence <= sequence_) return; // its place may be taken
    sequence_ = kept.sequence;
    add(kept, object_for(kept.what.object));
}

std::vector<event> event_log::of(const event_object& object) const {
    std::vector<event> found;
    const auto at = objects_.find(object);
    if (at == objects_.end()) return found;
    found.reserve(at->second.size());
    for (const auto* each : at->second) found.push_back(view(*each));
    return found;
}

std::vector<event> event_log::after(std::uint64_t sequence, std::size_t limit) const {
    std::vector<event> found;
    for (auto at = entries_.upper_bound(sequence); at != entries_.end() && found.size() < limit; ++at) {
        found.push_back(view(at->second));
    }
    return found;
}

event_counts event_log::counts() const noexcept {
    constexpr auto entry_bytes = node_header + sizeof(decltype(entries_)::value_type) + sizeof(entry*);
    constexpr auto object_bytes = node_header + sizeof(object_map::value_type);
    const auto bytes = entries_.size() * entry_bytes + objects_.size() * object_bytes + texts_.bytes();
    return {entries_.size(), objects_.size(), bytes, sequence_, dropped_};
}

bool event_log::is_same(const entry& known, const occurrence& what) noexcept {
    return known.type == what.type && known.reason->first == what.reason &&
           known.message->first == what.message && known.source->first == what.source;
}

event event_log::view(const entry& known) noexcept {
    return {{object_order::view(known.object->first), known.type, known.reason->first, known.message->first,
             known.source->first},
            known.id,
            known.sequence,
            known.count,
            known.first,
            known.last};
}

event_log::object_map::iterator event_log::object_for(const event_object& object) {
    const auto at = objects_.lower_bound(object);
    if (at != objects_.end() && object_order::view(at->first) == object) return at;
    return objects_.emplace_hint(
        at, object_key{texts_.take(object.kind), texts_.take(object.ns), texts_.take(object.name)},
        std::vector<entry*>{});
}

void event_log::add(const event& added, object_map::iterator object) {
    const auto& what = added.what;
    const auto at = entries_.emplace_hint(entries_.end(), added.sequence,
                                          entry{object, what.type, texts_.take(what.reason),
                                                texts_.take(what.message), texts_.take(what.source), added.id,
                                                added.sequence, added.count, added.first, added.last});
    object->second.push_back(&at->second);
}

// Moves it to the end of both orders, where the newest are.
void event_log::raise(entry& known, std::chrono::system_clock::time_point now) {
    auto& events = known.object->second;
    const auto at = std::find(events.begin(), events.end(), &known);
    std::rotate(at, std::next(at), events.end());
    auto node = entries_.extract(known.sequence);
    node.key() = sequence_;
    known.sequence = sequence_;
    ++known.count;
    known.last = std::max(known.last, now);
    entries_.insert(entries_.end(), std::move(node));
}

void event_log::remove(entry& known) {
    if (remembers_gone_) gone_.push_back(known.id);
    const auto object = known.object;
    std::erase(object->second, &known);
    if (object->second.empty()) {
        const auto key = object->first;
        objects_.erase(object);
        texts_.give_back(key.kind);
        texts_.give_back(key.ns);
        texts_.give_back(key.name);
    }
    texts_.give_back(known.reason);
    texts_.give_back(known.message);
    texts_.give_back(known.source);
    entries_.erase(known.sequence);
}

void event_log::drop(entry& known) {
    remove(known);
    ++dropped_;
}

} // namespace edgeconf::fleet
