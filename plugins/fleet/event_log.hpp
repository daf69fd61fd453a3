// What happened to whom: events about devices and other objects, for administrators to read (R35).
#pragma once

#include "fleet/text_pool.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

enum class event_type : std::uint8_t { normal, warning };

// R35: a device's "warn" is a warning, anything else is normal.
event_type event_type_of(std::string_view type) noexcept;

// The object that an event is about. Kind and names have passed their checks, so they are short.
struct event_object {
    std::string_view kind;
    std::string_view ns;
    std::string_view name;

    auto operator<=>(const event_object&) const = default;
};

// All that tells one event from another. The source is part of it, so that a device cannot raise the
// count of what someone else has said.
struct occurrence {
    event_object object;
    event_type type = event_type::normal;
    std::string_view reason;
    std::string_view message;
    std::string_view source; // who says so: "device", "edgeconf", "user:..."
};

struct event {
    // In bytes; what is longer is cut.
    static constexpr std::size_t reason_limit = 128;
    static constexpr std::size_t message_limit = 1024;
    static constexpr std::size_t source_limit = 256;

    occurrence what;
    std::uint64_t id = 0;       // never another event's, and never changes
    std::uint64_t sequence = 0; // of its newest occurrence; equal to `id` while there was only one
    std::uint64_t count = 0;
    std::chrono::system_clock::time_point first;
    std::chrono::system_clock::time_point last;
};

// What is kept at most. Past any of these the event that has not happened for the longest time goes.
struct event_limits {
    std::size_t per_object = 32;
    std::size_t total = 100'000;
    std::size_t bytes = 64u << 20; // as event_counts counts them
};

struct event_counts {
    std::size_t events = 0;
    std::size_t objects = 0;
    std::size_t bytes = 0;      // of memory, the allocator's own share left out
    std::uint64_t recorded = 0; // occurrences, ever
    std::uint64_t dropped = 0;  // events that went because of a limit, ever
};

// Like Kubernetes' events: the same again raises the count of the event that there is. Each occurrence
// gets the next sequence number, from 1, so that a watcher can ask for what is new.
//
// Threads: none of its own, and no lock: the owner lets in one writer, or any number of readers. Writing
// costs the logarithm of what is kept and a look at the object's own events.
class event_log {
public:
    explicit event_log(event_limits limits = {}) : limits_{limits} {}
    event_log(const event_log&) = delete;
    event_log& operator=(const event_log&) = delete;

    // Holds from the next occurrence on.
    void set_limits(event_limits limits) noexcept { limits_ = limits; }

    // Copies what it keeps of the texts. `now` may run backwards; an event's `last` does not.
    void record(const occurrence& what, std::chrono::system_clock::time_point now);

    // Drops the object's events, without counting them as dropped.
    void forget(const event_object& object);

    // Drops what has not happened since.
    void expire(std::chrono::system_clock::time_point since);

    // Adds one that was kept elsewhere. Those with smaller sequence numbers come first: one that comes too
    // late is left out.
    void restore(const event& kept);

    // From here on events that go are remembered, by id, until clear_gone().
    void remember_gone() noexcept { remembers_gone_ = true; }
    const std::vector<std::uint64_t>& gone() const noexcept { return gone_; }
    void clear_gone() noexcept { gone_.clear(); }

    // Views in what these return are good until the log is next changed.

    // All events of the object, the one that happened last at the end.
    std::vector<event> of(const event_object& object) const;

    // The first `limit` events with a greater sequence number, in its order; go on from the last one's.
    // An event that happened again is at its new place alone.
    std::vector<event> after(std::uint64_t sequence, std::size_t limit) const;

    // The newest occurrence's; 0 before there was one.
    std::uint64_t sequence() const noexcept { return sequence_; }

    event_counts counts() const noexcept;

private:
    struct entry;

    struct object_key {
        text_pool::handle kind;
        text_pool::handle ns;
        text_pool::handle name;
    };
    struct object_order {
        using is_transparent = void;
        static event_object view(const object_key& key) noexcept {
            return {key.kind->first, key.ns->first, key.name->first};
        }
        static event_object view(const event_object& object) noexcept { return object; }
        bool operator()(const auto& a, const auto& b) const noexcept { return view(a) < view(b); }
    };
    using object_map = std::map<object_key, std::vector<entry*>, object_order>; // in order of sequence

    struct entry {
        object_map::iterator object;
        event_type type;
        text_pool::handle reason;
        text_pool::handle message;
        text_pool::handle source;
        std::uint64_t id;
        std::uint64_t sequence;
        std::uint64_t count;
        std::chrono::system_clock::time_point first;
        std::chrono::system_clock::time_point last;
    };

    static bool is_same(const entry& known, const occurrence& what) noexcept;
    static event view(const entry& known) noexcept;

    object_map::iterator object_for(const event_object& object);
    void add(const event& what, object_map::iterator object);
    void raise(entry& known, std::chrono::system_clock::time_point now);
    void remove(entry& known);
    void drop(entry& known);

    event_limits limits_;
    text_pool texts_;
    object_map objects_;                     // those that have events
    std::map<std::uint64_t, entry> entries_; // by sequence
    std::uint64_t sequence_ = 0;
    std::uint64_t dropped_ = 0;
    bool remembers_gone_ = false;
    std::vector<std::uint64_t> gone_;
};

} // namespace edgeconf::fleet
