#include "ldap/device_index.hpp"

#include <functional>

namespace edgeconf::ldap {

namespace {

template <class Map, class Key>
void drop(Map& from, const Key& key, const known_device& device) {
    const auto found = from.find(key);
    if (found != from.end() && found->second == &device) from.erase(found);
}

} // namespace

std::uint64_t hash_of(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }

std::uint64_t hash_of(const told_attributes& told) noexcept {
    constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
    return (hash_of(told.membership) * odd + hash_of(told.status)) * odd + hash_of(told.hardware);
}

known_device* device_index::find(std::string_view id) {
    const auto found = devices_.find(std::string{id});
    return found == devices_.end() ? nullptr : &found->second;
}

known_device* device_index::find(const entry_id& entry) {
    const auto found = by_entry_.find(entry);
    return found == by_entry_.end() ? nullptr : found->second;
}

known_device* device_index::find(std::uint32_t number) {
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? nullptr : found->second;
}

known_device& device_index::add(std::string_view id) {
    auto& device = devices_.try_emplace(std::string{id}).first->second;
    device.id = id;
    return device;
}

void device_index::set_number(known_device& device, std::uint32_t number) {
    drop(by_number_, device.number, device);
    device.number = number;
    if (number != 0) by_number_.insert_or_assign(number, &device);
}

void device_index::set_entry(known_device& device, const entry_id& entry) {
    drop(by_entry_, device.entry, device);
    device.entry = entry;
    if (entry != entry_id{}) by_entry_.insert_or_assign(entry, &device);
}

void device_index::erase(known_device& device) {
    set_number(device, 0);
    set_entry(device, {});
    devices_.erase(devices_.find(device.id));
}

} // namespace edgeconf::ldap
