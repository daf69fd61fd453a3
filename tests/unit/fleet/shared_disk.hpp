// A store in memory that others write to, too: the test plays them, beside the one provider that has it.
#pragma once

#include "fleet/shared_store.hpp"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// What is kept, from one instance to the next, and how it goes. Any thread.
class shared_disk {
public:
    struct entry {
        std::string membership;
        std::string status;
        std::string hardware;
        std::uint64_t given = 0; // how often these parts have changed
        std::uint64_t told = 0;
    };

    kept_parts keeps{.times = false, .events = false}; // set it before make()

    // Makes a store that keeps its fleet here. One at a time.
    std::unique_ptr<store> make();

    // As others do it; whoever has the store is told of it, unless it is said to be overlooked.
    void write(const std::string& id, std::string_view membership, device_part part = device_part::all);
    void write_unnoticed(const std::string& id, std::string_view membership,
                         device_part part = device_part::all);
    void remove(const std::vector<std::string>& ids);
    void write_manifests(std::vector<manifest_file> all);
    void knock();         // as if something had changed
    void never_settles(); // from here on there is always something new

    // Where it is away, it is so halfway through a load.
    void is_away(bool away = true);
    // From here on nothing can be written.
    void fail(bool fails = true);
    // Takes no such device.
    void refuse(const std::string& id);
    void is_followed(following_state state);

    // From here on a save waits until release().
    void hold();
    void release();
    void await_held();

    bool has(const std::string& id) const;
    entry content(const std::string& id) const; // an empty one if there is none

private:
    friend class shared_disk_store;

    void change(const std::string& id, std::string_view membership, device_part part);

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, entry> entries_;
    std::vector<manifest_file> manifests_;
    std::set<std::string> refused_;
    following_state state_;
    bool away_ = false;
    bool is_restless_ = false;
    bool fails_ = false;
    bool holds_ = false;
    bool waits_ = false;
    std::uint64_t changes_ = 0;

    std::mutex calling_;
    news_sinks sinks_; // nobody's: empty
};

// An object of a store as one of its manifests.
manifest_file stored_manifest(const std::string& path, const std::string& json);

} // namespace edgeconf::fleet
