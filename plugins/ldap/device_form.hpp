// A device as the attributes of its entry, and back: what administrators say of it, and what hosts remember.
// Pure functions; the schema describes each attribute.
#pragma once

#include "ldap/entry.hpp"
#include "ldap/session.hpp"

#include "fleet/device_record.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::ldap {

// What administrators wrote cannot be taken over; what() names the attribute, what is wrong and what it
// should be.
class unusable_entry : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// What administrators say of a device, as attributes have it.
struct given_attributes {
    std::string approval; // lower case; empty means approved
    std::string ns;
    std::vector<std::string> labels; // "key=value", sorted
    std::string spec;                // JSON or YAML; empty: none

    bool operator==(const given_attributes&) const = default;
};

given_attributes given_of(const entry& from);

// As an object with the members `namespace`, `state`, `given` and `spec` of a membership document
// (fleet/device_document.hpp): the same text for all that means the same. Throws unusable_entry.
std::string given_document(const given_attributes& from);

// Which host wrote an entry last, and how often hosts have written it: by it a host sees that another one was
// faster. "17 0123456789abcdef".
struct revision {
    std::uint64_t count = 0; // 0: no host has ever written it
    std::uint64_t writer = 0;

    bool operator==(const revision&) const = default;

    std::string text() const; // empty for 0
};

// Nothing for a text that is none.
std::optional<revision> parse_revision(std::string_view text);

// What hosts remember of a device, as attributes have it.
struct told_attributes {
    std::string membership; // JSON: a membership document without what is given
    std::string status;     // JSON; empty: nothing
    std::string hardware;   // bytes; empty: nothing
    fleet::unix_seconds heard = 0;

    bool operator==(const told_attributes&) const = default;
};

told_attributes told_of(const entry& from);

// A device's membership document out of both.
std::string membership_of(std::string_view given_document, const told_attributes& told);

// And from its record: both parts. `status` is the caller's choice of documents.
struct device_attributes {
    given_attributes given;
    std::string given_document;
    told_attributes told;
};
device_attributes attributes_of(const fleet::device_record& device, std::string status);

// All that is asked for of a device's entry.
const std::vector<std::string>& device_attribute_names();

// A new entry: `given` is left out where another schema says it.
write_request device_to_add(const std::string& dn, std::string_view id, const given_attributes& given,
                            const told_attributes& told, const revision& now);

// What hosts remember, written over what was written as revision `before`; and what is given, where `was` is
// something else than `given`. The server refuses all of it if anything of that has changed.
// `has_class`: the entry is an edgeDeviceState already. change_given() leaves alone what is spelled otherwise
// and means the same.
write_request device_to_modify(const std::string& dn, const told_attributes& told, const revision& before,
                               const revision& now, bool has_class);
void change_given(write_request& into, const given_attributes& was, const given_attributes& given);

} // namespace edgeconf::ldap
