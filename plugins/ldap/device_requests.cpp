#include "ldap/device_requests.hpp"

#include "ldap/escaping.hpp"
#include "ldap/schema_names.hpp"

#include <fmt/format.h>

#include <utility>

namespace edgeconf::ldap {

namespace {

// Bytes of values in one request. A server ends the connection of whoever sends more than it takes, which is
// 4 MB by default in OpenLDAP and 2 MB in 389 Directory Server; one device would keep all from being written.
constexpr std::size_t request_limit = 2'000'000;

// OpenLDAP fails for a longer name as it does when its disk is full.
constexpr std::size_t longest_id = 220;

std::size_t size_of(const write_request& request) {
    std::size_t size = 0;
    for (const auto& change : request.changes) {
        for (const auto& value : change.values) size += value.size();
    }
    return size;
}

} // namespace

bool is_mapped(const device_entries& devices, const std::string& id) {
    return devices.mapped() != nullptr && devices.mapped()->find(id) != nullptr;
}

bool is_given(const entry& now, std::uint64_t document) {
    try {
        return hash_of(given_document(given_of(now))) == document;
    } catch (const unusable_entry&) {
        return false;
    }
}

device_requests::device_requests(std::string devices_base, device_entries& devices, std::uint64_t writer)
    : devices_base_{std::move(devices_base)}, writer_{writer}, devices_{devices} {}

// ---- writing ----

device_request device_requests::to_write(session& over, const device_write& device) {
    auto made = made_for(over, device);
    if (const auto* request = std::get_if<write_request>(&made)) {
        if (auto why = objection(device, *request); !why.empty())
            return withheld{over.read(request->dn, device_attribute_names()), std::move(why)};
    }
    return made;
}

// Whether the request says what is given.
bool device_requests::gives(const device_write& device) const {
    const auto* known = devices_.index().find(device.id);
    const auto& document = device.attributes.given_document;
    const bool is_as_given = known != nullptr && known->has_entry && known->given == hash_of(document);
    return !document.empty() && !is_as_given && !is_mapped(devices_, device.id);
}

bool device_requests::has_to_read(const device_write& device) const {
    const auto* known = devices_.index().find(device.id);
    return known != nullptr && known->has_entry && gives(device);
}

device_request device_requests::made_for(session& over, const device_write& device) {
    auto* known = devices_.index().find(device.id);
    const auto& [given, document, told] = device.attributes;
    if (known == nullptr || !known->has_entry) {
        if (device.id.size() > longest_id) // not even to be asked for
            return withheld{std::nullopt, "its id is too long for a name there"};
        // Should its own schema not have the device any more, it is not in.
        const given_attributes unsaid{"pending", {}, {}, {}};
        return device_to_add(child(names::device_id, device.id, devices_base_), device.id,
                             is_mapped(devices_, device.id) ? unsaid : given, told, {1, writer_});
    }
    auto request = device_to_modify(devices_.dn_of(*known), told, known->written,
                                    {known->written.count + 1, writer_}, known->has_class);
    if (gives(device)) {
        if (auto instead = give(over, request, device, *known)) return *std::move(instead);
    }
    return request;
}

// Nothing is withheld as long as the entry says what is known, or what is wanted.
std::optional<withheld> device_requests::give(session& over, write_request& request,
                                              const device_write& device, known_device& known) {
    auto now = over.read(request.dn, device_attribute_names());
    const auto wanted = hash_of(device.attributes.given_document);
    if (now && is_given(*now, wanted)) { // an administrator was of the same mind, or we never heard of it
        known.given = wanted;
        return std::nullopt;
    }
    if (now && is_given(*now, known.given)) {
        change_given(request, given_of(*now), device.attributes.given);
        return std::nullopt;
    }
    return withheld{std::move(now), "what is given has changed"};
}

// Why it is not even sent; empty: nothing speaks against it. What we would not read again, as a label that
// was imported from a cluster's `targetSet`, would leave the device out at the next start.
std::string device_requests::objection(const device_write& device, const write_request& request) {
    if (const auto size = size_of(request); size > request_limit) {
        return fmt::format("its {} bytes are more than servers take", size);
    }
    if (!gives(device)) return {};
    try {
        (void)given_document(device.attributes.given);
        return {};
    } catch (const unusable_entry& wrong) {
        return wrong.what();
    }
}

// ---- removing ----

device_request device_requests::to_remove(session& over, const known_device& device) {
    const auto dn = devices_.dn_of(device);
    auto now = device.has_entry ? over.read(dn, device_attribute_names()) : std::nullopt;
    if (!now) return withheld{std::nullopt, "there is no such entry"};
    const auto revised = now->value(names::revision);
    const bool as_known = parse_revision(revised).value_or(revision{}) == device.written &&
                          (is_mapped(devices_, device.id) || is_given(*now, device.given));
    const bool is_administrators = device.written.count == 0; // no host has ever written it
    if (!as_known || is_administrators) return withheld{std::move(now), "it is not this host's to remove"};
    const auto still = [](const char* attribute, std::string_view value) {
        return value.empty() ? fmt::format("(!({}=*))", attribute) : equals(attribute, value);
    };
    auto unchanged = fmt::format("(&{}{})", still(names::revision, revised),
                                 still(names::approval, now->value(names::approval)));
    return write_request{write_request::kind::remove, dn, {}, std::move(unchanged)};
}

} // namespace edgeconf::ldap
