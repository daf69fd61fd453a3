// Which configurations were found complete, so that each is examined once and not at every poll.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace edgeconf::api::device {

// Remembers (device, revision) pairs by a 64-bit hash. Bounded: when full it forgets everything and
// examines anew, which costs time but never safety. One for each I/O thread.
class checked_revisions {
public:
    explicit checked_revisions(std::size_t most = 262'144) : most_{most} {}

    // Without a revision there is nothing to remember by: such a configuration is examined each time.
    bool contains(std::string_view device_id, std::string_view revision) const;
    void insert(std::string_view device_id, std::string_view revision);

private:
    std::size_t most_;
    std::unordered_set<std::uint64_t> seen_;
};

} // namespace edgeconf::api::device
