// What an operator wants the fleet to be: the objects of the manifests and those that administrators wrote,
// as last accepted, and how what the manifests say now differs from that.
#pragma once

#include "fleet/finding.hpp"
#include "fleet/manifest_cache.hpp"
#include "fleet/mass_removal.hpp"
#include "fleet/object_changes.hpp"
#include "fleet/objects.hpp"
#include "fleet/read_objects.hpp"
#include "fleet/store.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

// What the manifests say, judged against what was accepted. Nothing of one that failed may be used.
struct manifest_reading {
    std::vector<finding> findings;
    bool failed = false;

    object_set objects; // all that the manifests define
    objects_by_file by_file;
    object_changes changes;
    std::vector<object_key> gone;            // that were in the manifests and are not any more; sorted
    std::vector<mass_removal> mass_removals; // to be accepted by an administrator; empty: an edit

    bool is_stored = false;           // by whoever wrote it: an object that was given may be among them
    std::vector<manifest_file> files; // new or changed since they were accepted
    std::vector<std::string> files_gone;
};

// One thread at a time.
class desired_state {
public:
    using steady_clock_source = std::function<std::chrono::steady_clock::time_point()>;

    explicit desired_state(steady_clock_source now = std::chrono::steady_clock::now) : now_{std::move(now)} {}

    // Reads `manifests`, a file or a directory; empty: there are none. `texts`: the files are to be stored,
    // so their objects are wanted as texts, too.
    manifest_reading read(const std::filesystem::path& manifests, bool texts) const;

    // The same of what a store has itself, whose names are their paths. All of them have passed their checks
    // one by one.
    manifest_reading judge(std::vector<manifest_file> manifests) const;

    // What was read is how the fleet is to be from here on. What is gone counts with the removals of the next
    // ten minutes, unless an administrator had to accept it.
    void accept(manifest_reading& read);

    // What administrators write: objects that are not there yet.
    struct addition {
        object_changes changes;             // as the fleet sees it
        std::vector<stored_object> objects; // to be stored
        std::vector<object_key> hidden;     // not taken: there is one, in the manifests or given before
    };
    // Throws store_problem for what does not pass the checks, and takes nothing.
    addition give(std::vector<stored_object> objects);

    // As it was stored. Throws store_problem if that no longer passes the checks.
    void restore(const std::vector<manifest_file>& files, const std::vector<stored_object>& given);

    // All of it, as what has to happen to a fleet without objects: in two steps, since devices that are
    // restored come between the two.
    object_changes without_devices() const;
    object_changes devices() const;

private:
    struct removal {
        std::chrono::steady_clock::time_point at;
        removal_counts gone;
    };

    void compare(manifest_reading& made, fleet_reading read, std::vector<manifest_file> files) const;
    removal_counts gone_lately() const;
    void note_removal(const manifest_reading& read);

    steady_clock_source now_;
    std::deque<removal> removals_; // accepted lately, in their order
    object_set manifests_;
    object_set given_; // hidden where a manifest has the same name
    objects_by_file by_file_;
    std::map<std::string, std::optional<digest>> files_; // as accepted
};

} // namespace edgeconf::fleet
