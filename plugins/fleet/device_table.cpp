#include "fleet/device_table.hpp"

#include <bit>
#include <utility>

namespace edgeconf::fleet {

namespace {

// Cells for a shard that is about to have `live` entries: a third full at most, so that at least a sixth
// of the cells can be used before the next rebuilding.
std::size_t cells_for(std::size_t live) { return std::bit_ceil(3 * live); }

} // namespace

device_table::shard::shard() : cells{new cell_array(cells_for(1))} {}

device_table::shard::~shard() {
    const std::unique_ptr<cell_array> owned{cells.load(std::memory_order_relaxed)};
    for (const auto& each : *owned) delete each.entry.load(std::memory_order_relaxed);
}

device_table::device_table() : hash_{random_seed()} {}

// Never 0. The highest bits choose the shard and the lowest the cell; the multiplication lets every bit of
// the id's hash have a say in both.
std::uint64_t device_table::hash_of(std::string_view id) const noexcept {
    const std::uint64_t spread = hash_(id) * 0x9e3779b97f4a7c15u;
    const auto hash = spread ^ (spread >> 32);
    return hash == 0 ? 1 : hash;
}

// The entry is loaded once, since its cell may change under a reader.
device_table::match device_table::locate(std::uint64_t hash, std::string_view id) const noexcept {
    auto& cells = *shards_[shard_of(hash)].cells.load(std::memory_order_acquire);
    const auto mask = cells.size() - 1;
    for (auto i = hash & mask;; i = (i + 1) & mask) {
        const auto seen = cells[i].hash.load(std::memory_order_acquire);
        if (seen == 0) return {};
        if (seen != hash) continue;
        const auto* entry = cells[i].entry.load(std::memory_order_acquire);
        if (entry != nullptr && caseless_equal{}(entry->id, id)) return {&cells[i], entry};
    }
}

device_table::cell& device_table::first_empty(cell_array& cells, std::uint64_t hash) noexcept {
    const auto mask = cells.size() - 1;
    auto i = hash & mask;
    while (cells[i].hash.load(std::memory_order_relaxed) != 0) i = (i + 1) & mask;
    return cells[i];
}

const device_entry* device_table::find(std::string_view id) const noexcept {
    return locate(hash_of(id), id).entry;
}

void device_table::put(std::unique_ptr<const device_entry> entry) {
    const auto hash = hash_of(entry->id);
    if (const auto found = locate(hash, entry->id); found.entry != nullptr) {
        found.at->entry.store(entry.release(), std::memory_order_release);
        domain_.retire(std::unique_ptr<const device_entry>{found.entry});
        return;
    }
    auto& part = shards_[shard_of(hash)];
    if (2 * (part.used + 1) > part.cells.load(std::memory_order_relaxed)->size()) rebuild(part);
    auto& to = first_empty(*part.cells.load(std::memory_order_relaxed), hash);
    ++part.used;
    ++part.live;
    // The entry first: who sees the hash sees it too.
    to.entry.store(entry.release(), std::memory_order_relaxed);
    to.hash.store(hash, std::memory_order_release);
}

void device_table::erase(std::string_view id) {
    const auto hash = hash_of(id);
    const auto found = locate(hash, id);
    if (found.entry == nullptr) return;
    --shards_[shard_of(hash)].live;
    found.at->entry.store(nullptr, std::memory_order_release);
    domain_.retire(std::unique_ptr<const device_entry>{found.entry});
}

// Makes room for one more entry and drops the hashes of erased ones. Grows or shrinks as the entries ask.
void device_table::rebuild(shard& part) {
    const auto& old = *part.cells.load(std::memory_order_relaxed);
    auto made = std::make_unique<cell_array>(cells_for(part.live + 1));
    for (const auto& each : old) {
        const auto* entry = each.entry.load(std::memory_order_relaxed);
        if (entry == nullptr) continue;
        const auto hash = each.hash.load(std::memory_order_relaxed);
        auto& to = first_empty(*made, hash);
        to.entry.store(entry, std::memory_order_relaxed);
        to.hash.store(hash, std::memory_order_relaxed);
    }
    part.used = part.live;
    domain_.retire(
        std::unique_ptr<const cell_array>{part.cells.exchange(made.release(), std::memory_order_acq_rel)});
}

std::size_t device_table::size() const noexcept {
    std::size_t total = 0;
    for (const auto& each : shards_) total += each.live;
    return total;
}

std::size_t device_table::capacity() const noexcept {
    std::size_t total = 0;
    for (const auto& each : shards_) total += each.cells.load(std::memory_order_relaxed)->size();
    return total;
}

} // namespace edgeconf::fleet
