// Where a fleet is kept beyond the process: a database, a directory. The model neither knows nor waits for
// it; the provider loads it at the start, and hands it what has changed before anybody is told.
#pragma once

#include "fleet/device_record.hpp"
#include "fleet/event_log.hpp"
#include "fleet/manifest_cache.hpp"
#include "fleet/objects.hpp"
#include "fleet/shared_body.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// The store cannot be read or written at the moment, or never: what() is for the operator, names the file and
// the remedy, and has no secrets.
class store_problem : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// The same, and it may pass: it cannot be reached.
class store_away : public store_problem {
public:
    using store_problem::store_problem;
};

// A device as it is stored. Documents are those of device_document.hpp.
struct stored_device {
    std::uint32_t number = 0; // 0: it has none yet
    std::string_view id;
    std::string_view membership;
    std::string_view status;   // empty: it has reported nothing
    std::string_view hardware; // as compact_hardware gives it
    unix_seconds heard = 0;
    std::shared_ptr<const shared_body> stale; // its last good configuration, if the newest was broken
    bool has_reports = true; // false: heartbeats are not stored, and `status` says nothing of what they told
};

// An object that administrators wrote; devices are not among them.
struct stored_object {
    object_key key;
    std::string text; // the whole manifest, as JSON
};

// Takes what is stored, in this order: events, before anything new can happen; manifests, objects, devices.
class store_visitor {
public:
    virtual ~store_visitor() = default;
    virtual void happened(const event& event) = 0;
    virtual void manifests(const manifest_file& file) = 0; // as last accepted; with its objects
    virtual void object(const stored_object& object) = 0;
    virtual void device(const stored_device& device) = 0;
};

struct device_update {
    const device_record* device;        // its `unsaved` says what to write
    const shared_body* stale = nullptr; // for aspect::configuration; null: the newest is good
};

struct heard_device {
    std::uint32_t number;
    unix_seconds at;
};

// The manifests as they are accepted with this change.
struct manifest_changes {
    std::vector<const manifest_file*> put; // new or with other content, with their objects
    std::vector<std::string> removed;      // paths
};

// What has to be stored: all of it or nothing. Borrowed for the call.
struct unsaved_changes {
    std::vector<device_update> devices;
    std::vector<std::uint32_t> gone; // numbers; before `devices`
    std::vector<heard_device> heard; // the last of each device counts
    std::vector<event> events;       // new, or happened again: by id
    std::vector<std::uint64_t> events_gone;
    std::vector<const stored_object*> objects;
    std::vector<object_key> objects_gone;
    manifest_changes manifests;
};

// What of a fleet a store leaves out.
struct kept_parts {
    bool times = true; // when devices were heard last
    bool events = true;
};

class shared_store;

// Threads: open(), load(), save(), recover() and tend() are one thread's, the writer's; page() and
// size() are another's at the same time. All may throw store_problem. Where open() or load() throws
// store_away, the store is dropped, and another one is tried later.
class store {
public:
    store() = default;
    store(const store&) = delete;
    store& operator=(const store&) = delete;
    virtual ~store() = default;

    // Itself, if others write to it, too.
    virtual shared_store* shared() noexcept { return nullptr; }

    // The same before open() and ever after.
    virtual kept_parts keeps() const { return {}; }

    // Opens or makes it, and keeps other processes out. Once, before everything else. Fails for what only an
    // operator can mend, too.
    virtual void open() = 0;

    // What open() has found that works and that an operator should know all the same; then, how load() went.
    virtual const std::vector<std::string>& remarks() const = 0;

    // All that is stored; after open().
    virtual void load(store_visitor& to) = 0;

    // Returns when the changes would survive a loss of power, whatever the durability chosen. After a failure
    // all of it is stored or nothing, and nobody knows which; only recover() may come next, and then all of
    // it again. Saving the same twice is saving it once.
    virtual void save(const unsaved_changes& changes) = 0;

    // After a failure: opens anew and verifies that all that save() has ever acknowledged is there.
    virtual void recover() = 0;

    // Housekeeping, every second or so.
    virtual void tend() = 0;

    // Hands over manifests, objects and devices that come after `from`, empty for the beginning, until
    // `enough` says so; returns where to go on, empty after the last one. Throws std::invalid_argument for a
    // `from` that no call has returned. Each device is as it was at one
    // moment, two of them not necessarily at the same.
    virtual std::string page(std::string_view from, store_visitor& to,
                             const std::function<bool()>& enough) = 0;

    // A file beside the store, for what administrators upload. It need not exist, and is nobody else's.
    virtual std::filesystem::path upload_file() const = 0;

    // Bytes on disk; 0 if that is not known.
    virtual std::uint64_t size() const = 0;
};

} // namespace edgeconf::fleet
