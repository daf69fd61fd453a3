#include "ldap/inventory.hpp"

#include "fleet/identity.hpp"
#include "fleet/name_syntax.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace edgeconf::ldap {

namespace {

bool is_one_of(const std::vector<std::string>& values, std::string_view value) {
    return std::any_of(values.begin(), values.end(),
                       [&](const auto& each) { return fleet::caseless_equal{}(each, value); });
}

} // namespace

inventory::inventory(mapping_settings settings) : settings_{std::move(settings)} {
    for (const auto& each : settings_.label_attributes) {
        const auto end = each.find('=');
        labels_.push_back({each.substr(0, end), end == std::string::npos ? each : each.substr(end + 1)});
    }
}

followed_part inventory::part() const {
    followed_part made{settings_.base, settings_.filter, {settings_.id_attribute}};
    for (const auto& each : labels_) made.attributes.push_back(each.attribute);
    for (const auto& each : {settings_.namespace_attribute, settings_.approval_attribute}) {
        if (!each.empty()) made.attributes.push_back(each);
    }
    return made;
}

std::string inventory::approval_of(const entry& from) const {
    if (settings_.approval_attribute.empty()) return "approved";
    const auto value = from.value(settings_.approval_attribute);
    if (is_one_of(settings_.approved_values, value)) return "approved";
    if (is_one_of(settings_.declined_values, value)) return "declined";
    if (is_one_of(settings_.removed_values, value)) return "removed";
    return "pending";
}

inventory::reading inventory::read(const entry& from) const {
    reading made{id_in(from), {}};
    if (!fleet::is_device_id(made.id)) {
        throw unusable_entry{
            fmt::format("{} is {}, which is no device's id", settings_.id_attribute, in_quotes(made.id))};
    }
    made.given.ns = settings_.namespace_attribute.empty()
                        ? settings_.ns
                        : std::string{from.value(settings_.namespace_attribute)};
    made.given.approval = approval_of(from);
    for (const auto& [attribute, label] : labels_) {
        const auto value = from.value(attribute);
        if (value.empty()) continue;
        if (!fleet::is_label_value(value)) {
            throw unusable_entry{
                fmt::format("{} is {}, which no label can have as its value", attribute, in_quotes(value))};
        }
        made.given.labels.push_back(fmt::format("{}={}", label, value));
    }
    std::sort(made.given.labels.begin(), made.given.labels.end());
    return made;
}

bool inventory::put(const entry_id& entry, reading device) {
    const auto found = devices_.find(device.id);
    if (found != devices_.end() && found->second.entry != entry) return false;
    gone(entry);
    devices_.insert_or_assign(device.id, placed{entry, std::move(device.given)});
    ids_.insert_or_assign(entry, std::move(device.id));
    return true;
}

std::string inventory::gone(const entry_id& entry) {
    const auto found = ids_.find(entry);
    if (found == ids_.end()) return {};
    auto id = std::move(found->second);
    ids_.erase(found);
    devices_.erase(id);
    return id;
}

std::string inventory::id_of(const entry_id& entry) const {
    const auto found = ids_.find(entry);
    return found == ids_.end() ? std::string{} : found->second;
}

const given_attributes* inventory::find(std::string_view id) const {
    const auto found = devices_.find(std::string{id});
    return found == devices_.end() ? nullptr : &found->second.given;
}

} // namespace edgeconf::ldap
