// Many objects as one fleet: what they must not be together, however good each is.
#pragma once

#include "fleet/identity.hpp"
#include "fleet/object_changes.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace edgeconf::fleet {

class findings;
struct manifest;

struct object_place {
    std::shared_ptr<const std::string> file; // null: nowhere yet
    std::uint32_t line = 1;
};

// An object is refused if it is defined already, or if its device id is, in another namespace or another
// spelling (R19).
class object_collector {
public:
    explicit object_collector(findings& found) : found_{found} {}

    // Reads and keeps it. Nothing if it is refused or left out; `found` then says why.
    std::optional<shared_object> take(manifest&& from);

    // One that was read before. False, and nothing is said, if it is refused.
    bool take(shared_object object, const object_place& place);

    object_set result() && { return std::move(objects_); }

private:
    struct device_uses {
        struct use {
            object_place place;
            std::string ns;
        };
        std::array<use, 2> of; // its EdgeDevice, its request

        const use& first() const noexcept { return of[of[0].place.file ? 0 : 1]; }
    };

    // Notes that it is there. Why it is refused, or nothing.
    std::string conflict(object_kind kind, const object_name& name, const object_place& place);
    std::string device_conflict(object_kind kind, const object_name& name, const object_place& place);
    void keep(shared_object object);

    findings& found_;
    object_set objects_;
    std::map<object_key, object_place> places_; // but for devices and requests
    std::unordered_map<std::string, device_uses, caseless_hash, caseless_equal> devices_; // by id
};

} // namespace edgeconf::fleet
