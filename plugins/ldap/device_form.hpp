// A device as the attributes of its entry, and back: what administrators say of it, and what hosts remember.
// Pure functions; the schema describes each attribute.
#pragma once

#include "ldap/attribute_values.hpp"
#include "ldap/entry.hpp"
#include "ldap/session.hpp"

#include "fleet/device_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::ldap {

// What administrators say of a device, as attributes have it.
struct given_attributes {
    std::string approval; // lower case; empty means pending
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

// Nothing for what revision::text() never gives: it would not be found again by its text.
std::optional<revision> parse_revision(std::string_view text);

// What hosts remember of a device, as attributes have it.
struct told_attributes {
    std::string membership;        // JSON: a membership document without what is given
    std::string status;            // JSON; empty: nothing
    std::string hardware;          // bytes; empty: nothing
    fleet::unix_seconds heard = 0; // until 2106

    bool operator==(const told_attributes&) const = default;
};

told_attributes told_of(const entry& from);

// A device's membership document out of both; with no given_document, of what hosts remember alone. What is
// given counts only there: hosts' own attributes cannot let a device in. Throws unusable_entry if `told` is
// nothing that a host has written.
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
// something else than `given`. The server refuses all of it if anything of that has changed; the spec alone
// it cannot compare, since that has no matching rule.
// `has_class`: the entry is an edgeDeviceState already. change_given() leaves alone what is spelled otherwise
// and means the same. Both `was` and `given` can be used.
write_request device_to_modify(const std::string& dn, const told_attributes& told, const revision& before,
                               const revision& now, bool has_class);
void change_given(write_request& into, const given_attributes& was, const given_attributes& given);

} // namespace edgeconf::ldap
