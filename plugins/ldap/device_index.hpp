// What is known of each device's entry, so that what comes from the directory is recognised as news or as our
// own writing, and what is written replaces just what was seen. About 250 bytes a device.
#pragma once

#include "ldap/device_form.hpp"
#include "ldap/entry.hpp"

#include "fleet/identity.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgeconf::ldap {

struct known_device {
    std::string id;
    std::uint32_t number = 0; // the model's; 0: it has none yet
    entry_id entry{};         // zeros: not seen yet, or there is none
    std::string dn;           // empty: where hosts put it
    revision written;         // as the directory has it
    bool has_entry = false;
    bool has_class = false;                               // it is an edgeDeviceState
    std::uint64_t given = 0;                              // hash of the given_document that the model has
    std::uint64_t told = 0;                               // of what the entry says otherwise, times apart
    std::uint64_t status = 0;                             // of a part of that
    fleet::unix_seconds heard = 0;                        // as the entry has it
    std::chrono::steady_clock::time_point last_written{}; // by this process
};

// Not keyed: whoever makes two texts with one hash keeps his own change from being seen. These are trusted
// administrators, and devices, of which each has its own texts.
std::uint64_t hash_of(std::string_view text) noexcept;
std::uint64_t hash_of(const told_attributes& told) noexcept;

// One thread at a time.
class device_index {
public:
    // In whatever spelling; or null.
    known_device* find(std::string_view id);
    known_device* find(const entry_id& entry);
    known_device* find(std::uint32_t number);

    // Devices stay where they are until they are erased; an entry, or a number, is one device's: the last
    // that was set.
    known_device& add(std::string_view id);
    void set_number(known_device& device, std::uint32_t number);
    void set_entry(known_device& device, const entry_id& entry);
    void erase(known_device& device);

    // As many as there are, at most, of those that have an entry and for which `fits` is true.
    template <class Fits>
    std::vector<const known_device*> some(std::size_t most, Fits&& fits) const {
        std::vector<const known_device*> made;
        for (auto each = devices_.begin(); each != devices_.end() && made.size() < most; ++each) {
            if (each->second.has_entry && fits(each->second)) made.push_back(&each->second);
        }
        return made;
    }

    std::size_t size() const noexcept { return devices_.size(); }

private:
    std::unordered_map<std::string, known_device, fleet::caseless_hash, fleet::caseless_equal> devices_{
        0, fleet::caseless_hash{fleet::random_seed()}};
    std::unordered_map<entry_id, known_device*, entry_id_hash> by_entry_;
    std::unordered_map<std::uint32_t, known_device*> by_number_;
};

} // namespace edgeconf::ldap
