// What the device calls answer from: one immutable entry a device, found by id.
#pragma once

#include "fleet/device_entry.hpp"
#include "fleet/identity.hpp"
#include "fleet/rcu.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// Ids are found without regard to case, so that an entry's id tells a device from its case twin (R19).
//
// Threads: read() from any number of threads, at any time; all else from one writer at a time. Readers take
// no lock and wait for nothing; an add that makes one of the 256 shards grow copies that shard alone. What
// is replaced or erased is freed when no reading can hold it (rcu.hpp).
//
// A shard is an array with linear probing, at most half used. A cell that an id was erased from keeps its
// hash until the shard is rebuilt, so that probing goes on past it; rebuilding happens every so many adds,
// so ids that come and go neither lengthen probing nor take memory.
class device_table {
public:
    // Keeps every entry found in it valid as long as it lives. Ends before the table does.
    class reading {
    public:
        // The newest entry, or null.
        const device_entry* find(std::string_view id) const noexcept { return table_.find(id); }

    private:
        friend device_table;
        explicit reading(const device_table& table) noexcept : table_{table}, reader_{table.domain_.read()} {}

        const device_table& table_;
        rcu_domain::reader reader_;
    };

    device_table();
    device_table(const device_table&) = delete;
    device_table& operator=(const device_table&) = delete;

    [[nodiscard]] reading read() const noexcept { return reading{*this}; }

    // What follows is the writer's.

    // Valid until the entry is replaced or erased.
    const device_entry* find(std::string_view id) const noexcept;

    // Adds an entry, or replaces the one with the same id, in whatever spelling. After std::bad_alloc the
    // table is sound, with the change or without it; so it is for erase().
    void put(std::unique_ptr<const device_entry> entry);

    void erase(std::string_view id);

    // Frees what no reading can hold any more. put() and erase() do so every so often; call it, twice, to
    // have the last few freed as well.
    void reclaim() noexcept { domain_.reclaim(); }

    std::size_t size() const noexcept;

    // Cells, of 16 bytes each. A shard has four, or fewer than six for each of the most entries that it had
    // at a time.
    std::size_t capacity() const noexcept;

    // Calls visit(const device_entry&) for every entry, in no order. It may replace and erase, not add.
    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& part : shards_) {
            for (const auto& each : *part.cells.load(std::memory_order_relaxed)) {
                const auto* entry = each.entry.load(std::memory_order_relaxed);
                if (entry != nullptr) visit(*entry);
            }
        }
    }

private:
    // Empty, in use, or erased (a hash without an entry). The hash is there for good once it is there.
    struct cell {
        std::atomic<std::uint64_t> hash{0};              // 0: empty
        std::atomic<const device_entry*> entry{nullptr}; // owned
    };
    using cell_array = std::vector<cell>; // a power of two, and never full

    struct shard {
        shard();
        ~shard();

        std::atomic<cell_array*> cells; // owned
        std::size_t used = 0;           // cells that are not empty
        std::size_t live = 0;           // of these, the ones in use
    };
    struct match {
        cell* at = nullptr;
        const device_entry* entry = nullptr; // null: no such id
    };
    static constexpr std::size_t shard_count = 256;

    std::uint64_t hash_of(std::string_view id) const noexcept;
    static std::size_t shard_of(std::uint64_t hash) noexcept { return hash >> 56; }
    match locate(std::uint64_t hash, std::string_view id) const noexcept;
    static cell& first_empty(cell_array& cells, std::uint64_t hash) noexcept;
    void rebuild(shard& part);

    const caseless_hash hash_;
    std::array<shard, shard_count> shards_;
    rcu_domain domain_;
};

} // namespace edgeconf::fleet
