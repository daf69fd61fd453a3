#include "ldap/entry.hpp"

#include "ldap/directory_problem.hpp"

#include <ldap.h>

#include <algorithm>
#include <memory>

#include <strings.h>

namespace edgeconf::ldap {
namespace {

// Attribute descriptions and object classes are ASCII.
bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string copied(const berval& text) {
    return text.bv_val == nullptr ? std::string{} : std::string{text.bv_val, text.bv_len};
}

} // namespace

std::size_t entry_id_hash::operator()(const entry_id& id) const noexcept {
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(id.data()), id.size()});
}

std::optional<entry_id> parse_entry_id(std::string_view text) {
    static constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    if (text.size() != shape.size()) return std::nullopt;
    entry_id parsed{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == '-') {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int value = digit(text[i]);
        if (value < 0) return std::nullopt;
        auto& octet = parsed[digits++ / 2];
        octet = static_cast<std::uint8_t>(octet << 4 | value);
    }
    return parsed;
}

entry::entry(LDAP* connection, LDAPMessage* message) {
    BerElement* at = nullptr;
    berval name{};
    int code = ldap_get_dn_ber(connection, message, &at, &name);
    const std::unique_ptr<BerElement, void (*)(BerElement*)> owned{at,
                                                                   [](BerElement* ber) { ber_free(ber, 0); }};
    if (code != LDAP_SUCCESS) throw directory_problem{code, "the server sent an entry that cannot be read"};
    dn_ = copied(name);
    for (;;) {
        BerVarray values = nullptr;
        code = ldap_get_attribute_ber(connection, message, at, &name, &values);
        // The texts are the message's, the array is ours.
        const std::unique_ptr<berval, void (*)(berval*)> array{values, [](berval* all) { ber_memfree(all); }};
        if (code != LDAP_SUCCESS)
            throw directory_problem{code, "the server sent an entry that cannot be read: " + dn_};
        if (name.bv_val == nullptr) break;
        auto& added = attributes_.emplace_back(copied(name), std::vector<std::string>{}).second;
        for (const auto* value = values; value != nullptr && value->bv_val != nullptr; ++value)
            added.push_back(copied(*value));
    }
    if (const auto id = parse_entry_id(value("entryUUID"))) id_ = *id;
}

const std::vector<std::string>& entry::values(std::string_view attribute) const {
    static const std::vector<std::string> none;
    const auto found = std::find_if(attributes_.begin(), attributes_.end(),
                                    [&](const auto& each) { return same_name(each.first, attribute); });
    return found == attributes_.end() ? none : found->second;
}

std::string_view entry::value(std::string_view attribute) const {
    const auto& all = values(attribute);
    return all.empty() ? std::string_view{} : std::string_view{all.front()};
}

bool entry::is_a(std::string_view object_class) const {
    const auto& all = values("objectClass");
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& each) { return same_name(each, object_class); });
}

} // namespace edgeconf::ldap
