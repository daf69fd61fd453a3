// What is sent so that a device is written or removed: one request, which the server refuses if anybody has
// changed since what it builds upon; or nothing, if that is to be seen before.
#pragma once

#include "ldap/device_entries.hpp"
#include "ldap/device_form.hpp"
#include "ldap/entry.hpp"
#include "ldap/session.hpp"
#include "ldap/write_request.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace edgeconf::ldap {

// What has to be in the directory of a device.
struct device_write {
    std::string id;
    std::uint32_t number = 0;
    device_attributes attributes; // given_document empty: given is what it was
};

// Nothing is sent.
struct withheld {
    std::optional<entry> now; // the device's entry as it is; nothing: there is none
    std::string why;
};

using device_request = std::variant<write_request, withheld>;

// One thread at a time. What reads throws directory_problem.
class device_requests {
public:
    // `devices_base` is the DN below which new entries go; `devices` lives longer. `writer` is this process
    // in revisions.
    device_requests(std::string devices_base, device_entries& devices, std::uint64_t writer);

    // Adds the device's entry, or changes it. What administrators say is exchanged value by value, for which
    // the entry is read. Withheld is what the directory could not take, or we would not read again.
    device_request to_write(session& over, const device_write& device);
    // Whether the entry is read for that.
    bool has_to_read(const device_write& device) const;

    // Withheld where somebody has changed the entry, or no host has ever written it.
    device_request to_remove(session& over, const known_device& device);

private:
    bool gives(const device_write& device) const;
    device_request made_for(session& over, const device_write& device);
    std::optional<withheld> give(session& over, write_request& request, const device_write& device,
                                 known_device& known);
    std::string objection(const device_write& device, const write_request& request);

    const std::string devices_base_;
    const std::uint64_t writer_;
    device_entries& devices_;
};

// Whether another schema says what is given of it.
bool is_mapped(const device_entries& devices, const std::string& id);

// Whether administrators say in the entry what has this hash.
bool is_given(const entry& now, std::uint64_t document);

} // namespace edgeconf::ldap
