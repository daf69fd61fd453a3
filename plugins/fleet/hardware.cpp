#include "fleet/hardware.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::size_t label_limit = 63;

bool is_empty(const json::value& value) {
    if (value.is_null()) return true;
    if (const auto* text = value.if_string()) return text->empty();
    if (const auto* list = value.if_array()) return list->empty();
    if (const auto* map = value.if_object()) return map->empty();
    return false;
}

bool is_edge(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

struct label_source {
    std::string_view label;
    std::string_view part; // empty: the hardware itself
    std::string_view field;
};

constexpr std::array<label_source, 6> label_sources{{
    {"device.hostname", "", "hostname"},
    {"device.cpu-architecture", "cpu", "architecture"},
    {"device.cpu-model", "cpu", "model_name"},
    {"device.system-manufacturer", "system_vendor", "manufacturer"},
    {"device.system-product", "system_vendor", "product_name"},
    {"device.system-serial", "system_vendor", "serial_number"},
}};

} // namespace

bool merge_hardware(json::object& known, const json::object& reported) {
    bool changed = false;
    for (const auto& [name, value] : reported) {
        if (is_empty(value)) continue;
        auto* old = known.if_contains(name);
        if (const auto* part = value.if_object()) {
            if (old != nullptr && old->is_object()) {
                changed = merge_hardware(old->get_object(), *part) || changed;
                continue;
            }
            json::object fresh;
            if (!merge_hardware(fresh, *part)) continue;
            known.insert_or_assign(name, std::move(fresh));
        } else if (old == nullptr || *old != value) {
            known.insert_or_assign(name, value);
        } else {
            continue;
        }
        changed = true;
    }
    return changed;
}

std::string bounded_hardware(json::object hardware, std::size_t limit) {
    auto text = json::serialize(hardware);
    if (text.size() <= limit) return text;
    auto size = text.size(); // without what went
    for (const std::string_view list : {"host_devices", "mounts", "disks", "interfaces", "gpus", "cpu"}) {
        const auto* found = hardware.if_contains(list);
        if (found == nullptr) continue;
        size -= std::min(size, list.size() + json::serialize(*found).size() + 4); // "": and a comma
        hardware.erase(list);
        if (size > limit) continue;
        text = json::serialize(hardware);
        if (text.size() <= limit) return text;
    }
    return "{}";
}

string_map hardware_labels(const json::object& reported) {
    string_map labels;
    for (const auto& [label, part, field] : label_sources) {
        const json::object* from = &reported;
        if (!part.empty()) {
            const auto* found = reported.if_contains(part);
            from = found == nullptr ? nullptr : found->if_object();
        }
        const auto* value = from == nullptr ? nullptr : from->if_contains(field);
        if (value == nullptr || !value->is_string()) continue;
        if (auto text = normalised_label(value->get_string()); !text.empty()) {
            labels.emplace(label, std::move(text));
        }
    }
    return labels;
}

bool is_hardware_label(std::string_view key) noexcept {
    return std::any_of(label_sources.begin(), label_sources.end(),
                       [&](const auto& each) { return each.label == key; });
}

std::string normalised_label(std::string_view text) {
    std::string label;
    for (const char c : text) {
        const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool allowed = is_edge(low) || low == '-' || low == '_' || low == '.';
        if (allowed && (!label.empty() || is_edge(low))) label.push_back(low);
        if (label.size() == label_limit) break;
    }
    while (!label.empty() && !is_edge(label.back())) label.pop_back();
    return label;
}

} // namespace edgeconf::fleet
