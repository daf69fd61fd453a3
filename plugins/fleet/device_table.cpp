#include "fleet/device_table.hpp"

#include <mutex>
#include <random>
#include <utility>

namespace edgeconf::fleet {

namespace {

std::uint64_t random_seed() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

} // namespace

device_table::device_table() : hash_{random_seed()} {
    for (auto& each : shards_) each = std::make_unique<shard>(random_seed());
}

device_table::shard& device_table::shard_of(std::string_view id) const {
    return *shards_[hash_(id) % shard_count];
}

entry_ptr device_table::find(std::string_view id) const {
    const auto& part = shard_of(id);
    const std::shared_lock lock{part.guard};
    const auto found = part.entries.find(id);
    return found == part.entries.end() ? nullptr : found->second;
}

void device_table::put(entry_ptr entry) {
    auto& part = shard_of(entry->id);
    entry_ptr replaced; // declared before the lock, so that what it frees is freed after it
    const std::unique_lock lock{part.guard};
    auto& slot = part.entries[entry->id];
    replaced = std::exchange(slot, std::move(entry));
}

} // namespace edgeconf::fleet
