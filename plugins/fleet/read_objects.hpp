// From a `manifests` setting to a checked fleet: the one way in.
#pragma once

#include "fleet/manifest_cache.hpp"
#include "fleet/object_changes.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace edgeconf::fleet {

class findings;

// The objects of one file, so that they need not be read again while it does not change. Small: the objects
// are those of the fleet.
struct file_objects {
    struct placed {
        std::uint32_t line;
        shared_object object;
    };

    digest content; // SHA-256 of the file's bytes
    std::vector<placed> objects;
};

// By path. Files with findings are not in it.
using objects_by_file = std::map<std::string, file_objects, std::less<>>;

// A fleet as it was read.
struct fleet_reading {
    object_set objects;
    std::vector<manifest_file> files{}; // all of them, sorted by path
    objects_by_file by_file{};          // for the next reading
};

// What a reading may build on; both can be null. Pass only what came from a reading without errors.
struct reading_memory {
    // Of the reading before; the very same objects are in the new one. A cache has to remember them as well:
    // a file that is found here counts as known.
    const objects_by_file* accepted = nullptr;
    // Given one, a reading also fills in the text of objects that are new.
    manifest_cache* cache = nullptr;
};

// Every object below `root`. All that is wrong is in `found`, the same with any memory and without; a fleet
// whose findings have failed must not be used. Besides single objects it judges what they are together: an
// object defined twice, a device id in two namespaces or in two spellings (R19). Also an error is a manifest
// that changes meanwhile: what was read of the others may be older or newer than it.
//
// Of a file whose bytes are remembered nothing but these is read. If memory does not fit the rest, because
// another file defines the same object or because it is damaged, all is read once more without it. Takes
// some 4.6 s of CPU for 100,000 EdgeDevices the first time, 0.7 s with a cache, 0.5 s with all accepted;
// where each has a file of its own, 1.5 s more.
fleet_reading read_fleet(const std::filesystem::path& root, findings& found, reading_memory memory = {});

// The same from what is remembered of files alone: nothing is read from disk. A finding names the line where
// its object begins, whatever is wrong in it. `files` is left empty. `accepted`, which can be null, as in
// reading_memory.
fleet_reading read_remembered(const std::vector<manifest_file>& files, findings& found,
                              const objects_by_file* accepted = nullptr);

// The objects alone.
object_set read_objects(const std::filesystem::path& root, findings& found);

} // namespace edgeconf::fleet
