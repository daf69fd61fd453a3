// Devices as the directory has them, read: what of an entry is new, what of it cannot be used, and which of
// two entries is the device's. Knows no connection.
#pragma once

#include "ldap/device_form.hpp"
#include "ldap/device_index.hpp"
#include "ldap/entry.hpp"
#include "ldap/inventory.hpp"
#include "ldap/overruled_words.hpp"
#include "ldap/second_entries.hpp"
#include "ldap/settings.hpp"

#include "fleet/shared_store.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

// One thread at a time, but for left_out().
class device_entries {
public:
    // `writer` is this process in revisions.
    device_entries(const settings& settings, std::uint64_t writer);

    device_index& index() noexcept { return index_; }
    const inventory* mapped() const noexcept { return inventory_ ? &*inventory_ : nullptr; }

    // ---- at the start: the inventory first, where there is one; then all entries; then what only the
    // inventory has

    void load_inventory(const entry& from);
    void load(const entry& from, fleet::store_visitor& to);
    void finish_load(fleet::store_visitor& to);

    // ---- afterwards

    // What is new in the entry; with `forced` all of it, because the model has changes that are not stored.
    void take(const entry& now, bool forced, fleet::news_visitor& to);
    void take_gone(const entry_id& which, fleet::news_visitor& to);
    void take_inventory(const entry& now, fleet::news_visitor& to);
    void take_inventory_gone(const entry_id& which, fleet::news_visitor& to);

    // Its entry has been removed here; another one that has its id is to be read.
    void forget(known_device& device);

    // Where the device's entry is, or will be.
    std::string dn_of(const known_device& device) const;

    // DNs of entries that have to be read anew, and then to be taken, forced. At most so many; each once.
    // read_later(): those that could not be read.
    std::vector<std::string> take_to_read(std::size_t most);
    void read_later(std::vector<std::string>&& dns);
    bool has_to_read() const noexcept { return !to_read_.empty(); }

    // What entries say where the inventory goes before; and that the server does not let it be taken back.
    overruled_words& overruled() noexcept { return overruled_; }
    void is_kept(const kept_word& kept);

    // Whether just this device has gone from the directory, and is not back: it may be held, and is not to be
    // put there by a host.
    bool has_departed(const std::string& id, std::uint32_t number) const;

    // What is wrong, by DN: what was accepted before stays. Any thread.
    std::map<std::string, std::string> left_out() const;

private:
    // What an entry says, and the texts that a stored_device borrows.
    struct reading {
        std::string id;
        std::string given;      // document; empty: it cannot be used
        std::string membership; // without `given` where that is empty; empty: nothing can be used
        told_attributes told;
        revision written;
        bool says_nothing = false; // about whether it is in: its own entry, with an inventory

        fleet::stored_device stored(std::uint32_t number, bool has_reports) const;
    };

    reading read(const entry& from);
    given_attributes own_word(const entry& from, bool is_mapped, reading& of);
    reading read_mapped(const std::string& id, const given_attributes& given) const;
    std::optional<std::string> accept_mapped(const entry& now);

    bool is_another_ones(const known_device* known, const entry& now);
    void leave_former(const entry& now, fleet::news_visitor& to);
    void know(known_device& device, const entry& now);
    void told_is(known_device& device, const reading& read);
    void give(known_device& device, const given_attributes& given, fleet::news_visitor& to);
    void tell(known_device& device, const reading& read, fleet::device_part part, fleet::news_visitor& to);
    void lost_inventory(const std::string& id, fleet::news_visitor& to);

    void leave_out(const entry& which, std::string why);
    void accept(const entry_id& which);

    const bool has_reports_;
    const std::string devices_base_;
    const std::uint64_t writer_;
    std::optional<inventory> inventory_;
    device_index index_;
    std::uint32_t last_number_ = 0; // given at the start
    second_entries seconds_;        // of devices that have another one, by id
    second_entries mapped_seconds_; // of the inventory's, by id in lower case
    second_entries unreadable_;     // of the inventory's, that were never any better; the same
    overruled_words overruled_;
    std::vector<std::string> to_read_;
    std::unordered_map<std::string, std::uint32_t, fleet::caseless_hash, fleet::caseless_equal> departed_{
        0, fleet::caseless_hash{fleet::random_seed()}}; // the model's numbers, by id

    struct fault {
        std::string dn;
        std::string why;
    };
    mutable std::mutex mutex_;
    std::unordered_map<entry_id, fault, entry_id_hash> left_out_;
};

// Below which hosts put devices.
std::string devices_base(const std::string& base);

} // namespace edgeconf::ldap
