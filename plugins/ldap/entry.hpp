// An entry as a search gave it. A value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

typedef struct ldap LDAP;
typedef struct ldapmsg LDAPMessage;

namespace edgeconf::ldap {

// entryUUID (RFC 4530): an entry's whole life, wherever it is moved.
using entry_id = std::array<std::uint8_t, 16>;

struct entry_id_hash {
    std::size_t operator()(const entry_id& id) const noexcept;
};

// "597ae2f6-16a6-1027-98f4-d28b5365dc14"; nothing for what is none.
std::optional<entry_id> parse_entry_id(std::string_view text);

class entry {
public:
    entry() = default;

    // Copies all that `message`, a search entry, has.
    entry(LDAP* connection, LDAPMessage* message);

    const std::string& dn() const noexcept { return dn_; }

    // Of the attribute `entryUUID`; a synchronising search tells it otherwise.
    const entry_id& id() const noexcept { return id_; }
    void set_id(const entry_id& id) noexcept { id_ = id; }

    // Attribute names in any case. Values in the server's order; none if it has no such attribute.
    const std::vector<std::string>& values(std::string_view attribute) const;
    // The first value; empty if there is none.
    std::string_view value(std::string_view attribute) const;
    bool has(std::string_view attribute) const { return !values(attribute).empty(); }
    bool is_a(std::string_view object_class) const; // in any case

    // For tests.
    entry(std::string dn, std::vector<std::pair<std::string, std::vector<std::string>>> attributes)
        : dn_{std::move(dn)}, attributes_{std::move(attributes)} {}

private:
    std::string dn_;
    entry_id id_{};
    std::vector<std::pair<std::string, std::vector<std::string>>> attributes_; // few: looked through
};

using entry_sink = std::function<void(entry&&)>;

} // namespace edgeconf::ldap
