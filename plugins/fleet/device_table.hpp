// What the device calls answer from: one immutable entry a device, found by id.
#pragma once

#include "fleet/identity.hpp"

#include <array>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace edgeconf::fleet {

struct rendering;

enum class device_state {
    pending, // asked to join, not approved yet
    denied,  // an administrator declined it
    known,   // its EdgeDevice exists
};

// A device as everyone but the writer sees it. Immutable once published.
struct device_entry {
    std::string id;
    device_state state = device_state::pending;
    std::string registration;                       // known: {"namespace": "..."}
    std::shared_ptr<const rendering> configuration; // known: the last good one; null if there never was one
    std::string problem;                            // known: why the newest rendering failed, or empty
    std::shared_ptr<const std::string> playbooks;   // known: a JSON array
};

using entry_ptr = std::shared_ptr<const device_entry>;

// Ids are found without regard to case, so that an entry's id tells a device from its case twin (R19).
//
// Threads: any number may read; put() calls have to come one at a time. A reader never waits for more
// than the swap of one pointer or, rarely, the growth of one small part of the table.
class device_table {
public:
    device_table();

    entry_ptr find(std::string_view id) const;
    void put(entry_ptr entry);

private:
    struct shard {
        explicit shard(std::uint64_t seed) : entries{0, caseless_hash{seed}} {}

        mutable std::shared_mutex guard;
        std::unordered_map<std::string, entry_ptr, caseless_hash, caseless_equal> entries;
    };
    static constexpr std::size_t shard_count = 256;

    shard& shard_of(std::string_view id) const;

    caseless_hash hash_;
    std::array<std::unique_ptr<shard>, shard_count> shards_;
};

} // namespace edgeconf::fleet
