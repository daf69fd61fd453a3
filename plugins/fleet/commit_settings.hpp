// When writes are acknowledged by a provider that stores what it is told.
#pragma once

#include <chrono>
#include <cstdint>

namespace edgeconf::fleet {

enum class durability : std::uint8_t {
    full,    // once they are on disk
    batched, // heartbeats at once, and they are on disk soon; everything else once it is on disk
};

struct commit_settings {
    fleet::durability durability = durability::full;
    std::chrono::milliseconds within{1000}; // batched: how soon
};

} // namespace edgeconf::fleet
