// Devices as the directory has them under a schema of its own: what it says of each, in our terms.
#pragma once

#include "ldap/device_form.hpp"
#include "ldap/entry.hpp"
#include "ldap/follower.hpp"
#include "ldap/settings.hpp"

#include "fleet/identity.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace edgeconf::ldap {

// One thread at a time.
class inventory {
public:
    explicit inventory(mapping_settings settings);

    // What is to be followed.
    followed_part part() const;

    struct reading {
        std::string id;
        given_attributes given;
    };

    // What the entry says; an approval that is none of the values known is pending. Throws unusable_entry for
    // one without an id, or with a label that is none.
    reading read(const entry& from) const;
    // What it has where the id has to be, whatever else is wrong.
    std::string id_in(const entry& from) const { return std::string{from.value(settings_.id_attribute)}; }

    // Remembers it, and forgets what else the entry was. False if another entry has the same id: then
    // nothing has changed.
    bool put(const entry_id& entry, reading device);
    // The id of the device that is forgotten; empty: none was known.
    std::string gone(const entry_id& entry);

    // The device's id; empty: none is known.
    std::string id_of(const entry_id& entry) const;
    // Whichever way the id is spelled; or null.
    const given_attributes* find(std::string_view id) const;

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& [id, device] : devices_) visit(id, device.given);
    }

private:
    struct label_source {
        std::string attribute;
        std::string label;
    };
    struct placed {
        entry_id entry;
        given_attributes given;
    };

    std::string approval_of(const entry& from) const;

    const mapping_settings settings_;
    std::vector<label_source> labels_;
    std::unordered_map<std::string, placed, fleet::caseless_hash, fleet::caseless_equal> devices_{
        0, fleet::caseless_hash{fleet::random_seed()}};
    std::unordered_map<entry_id, std::string, entry_id_hash> ids_;
};

} // namespace edgeconf::ldap
