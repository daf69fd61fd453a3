#include "sample_entries.hpp"

#include "ldap/schema_names.hpp"

#include "fleet/device_document.hpp"

#include <algorithm>
#include <memory>

namespace edgeconf::ldap {

using fleet::device_part;
using fleet::device_state;

entry_id id_number(std::uint32_t number) {
    entry_id made{};
    for (std::size_t i = 0; i < 4; ++i) made[i] = static_cast<std::uint8_t>(number >> (24U - 8U * i));
    return made;
}

entry numbered(std::uint32_t number, const std::string& dn, attribute_list attributes) {
    entry made{dn, std::move(attributes)};
    made.set_id(id_number(number));
    return made;
}

entry device_entry_of(std::uint32_t number, const std::string& id, attribute_list more) {
    attribute_list all{{"objectClass", {"edgeDevice", "edgeDeviceState"}}, {"edgeDeviceId", {id}}};
    const auto has = [&](std::string_view name) {
        return std::any_of(more.begin(), more.end(), [&](const auto& each) { return each.first == name; });
    };
    if (!has("edgeApproval")) all.emplace_back("edgeApproval", std::vector<std::string>{"approved"});
    if (!has("edgeNamespace")) all.emplace_back("edgeNamespace", std::vector<std::string>{"plant-1"});
    for (auto& each : more) all.push_back(std::move(each));
    return numbered(number, "edgeDeviceId=" + id + ",ou=devices,ou=edge,dc=example,dc=com", std::move(all));
}

entry added(std::uint32_t number, const write_request& request) {
    attribute_list all;
    for (const auto& change : request.changes) all.emplace_back(change.attribute, change.values);
    return numbered(number, request.dn, std::move(all));
}

fleet::device_record sample_device(const std::string& id, std::uint32_t number) {
    fleet::device_record made;
    made.id = id;
    made.number = number;
    made.ns = "plant-1";
    made.state = device_state::known;
    made.request = std::make_unique<fleet::join_request>();
    *made.request = {"plant-1", "", "pump", 1'700'000'000, 1'700'000'001};
    made.given_labels = {{"line", "2"}, {"site", "north"}};
    made.reported_labels = {{"device.hostname", "pump-7"}};
    made.given = std::make_shared<const fleet::given_spec>(
        fleet::given_spec{R"({"heartbeat":{"periodSeconds":30}})", {}});
    made.signs = std::make_shared<fleet::liveness>();
    made.unsaved = fleet::aspect::all;
    return made;
}

settings sample_settings() {
    settings made;
    made.base = "ou=edge,dc=example,dc=com";
    return made;
}

settings settings_with_inventory() {
    auto made = sample_settings();
    made.mapping.emplace();
    made.mapping->base = "ou=machines,dc=example,dc=com";
    made.mapping->filter = "(objectClass=device)";
    made.mapping->id_attribute = "serialNumber";
    made.mapping->ns = "plant-1";
    made.mapping->label_attributes = {"l=site"};
    return made;
}

std::uint32_t told_news::device(const fleet::stored_device& now, device_part part) {
    static constexpr const char* states[] = {"pending", "denied", "known", "removed"};
    last = {};
    fleet::read_membership(now.membership, last);
    fleet::read_status(now.status, last);
    last.hardware.known = fleet::compact_hardware{now.hardware};
    auto words = std::string{now.id} + (part == device_part::all     ? " all"
                                        : part == device_part::given ? " given"
                                                                     : " told");
    if (part != device_part::told) words.append(" ").append(states[static_cast<std::size_t>(last.state)]);
    told.push_back(std::move(words));
    return now.number != 0 ? now.number : next_number++;
}

} // namespace edgeconf::ldap
