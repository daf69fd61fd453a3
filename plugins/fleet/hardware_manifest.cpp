#include "fleet/hardware_manifest.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

enum class kind : std::uint8_t {
    value,
    decimal, // a number on the wire, text in a manifest
    texts,
    object,
    objects,
};
using enum kind;

struct field {
    std::string_view wire;
    std::string_view manifest;
    kind type = value;
    std::span<const field> members = {};
    bool required = false; // by the CRD
};

using field_table = std::span<const field>;

constexpr bool required = true;

constexpr field interface_fields[] = {{"name", "name"},
                                      {"mac_address", "macAddress"},
                                      {"ipv4_addresses", "ipv4Addresses", texts},
                                      {"ipv6_addresses", "ipv6Addresses", texts},
                                      {"flags", "flags", texts, {}, required},
                                      {"has_carrier", "hasCarrier"},
                                      {"mtu", "mtu"},
                                      {"speed_mbps", "speedMbps"},
                                      {"vendor", "vendor"},
                                      {"product", "product"},
                                      {"biosdevname", "biosdevname"},
                                      {"client_id", "clientId"}};
constexpr field io_perf_fields[] = {{"sync_duration", "syncDuration"}};
constexpr field disk_fields[] = {{"id", "id"},
                                 {"name", "name"},
                                 {"path", "path"},
                                 {"by_id", "byId"},
                                 {"by_path", "byPath"},
                                 {"drive_type", "driveType"},
                                 {"vendor", "vendor"},
                                 {"model", "model"},
                                 {"serial", "serial"},
                                 {"wwn", "wwn"},
                                 {"hctl", "hctl"},
                                 {"size_bytes", "sizeBytes"},
                                 {"bootable", "bootable"},
                                 {"is_installation_media", "isInstallationMedia"},
                                 {"smart", "smart"},
                                 {"io_perf", "ioPerf", object, io_perf_fields}};
constexpr field boot_fields[] = {{"current_boot_mode", "currentBootMode"}, {"pxe_interface", "pxeInterface"}};
constexpr field vendor_fields[] = {{"manufacturer", "manufacturer"},
                                   {"product_name", "productName"},
                                   {"serial_number", "serialNumber"},
                                   {"virtual", "virtual"}};
constexpr field memory_fields[] = {{"physical_bytes", "physicalBytes"}, {"usable_bytes", "usableBytes"}};
constexpr field cpu_fields[] = {{"architecture", "architecture"},
                                {"model_name", "modelName"},
                                {"count", "count"},
                                {"frequency", "frequency", decimal},
                                {"flags", "flags", texts, {}, required}};
constexpr field gpu_fields[] = {{"vendor", "vendor"},
                                {"vendor_id", "vendorId"},
                                {"device_id", "deviceId"},
                                {"name", "name"},
                                {"address", "address"}};
constexpr field host_device_fields[] = {{"path", "path"},   {"device_type", "deviceType"},
                                        {"uid", "owner"},   {"gid", "group"},
                                        {"major", "major"}, {"minor", "minor"}};
constexpr field mount_fields[] = {
    {"device", "device"}, {"directory", "folder"}, {"type", "type"}, {"options", "options"}};

constexpr field hardware_fields[] = {{"hostname", "hostname"},
                                     {"system_vendor", "systemVendor", object, vendor_fields},
                                     {"cpu", "cpu", object, cpu_fields},
                                     {"memory", "memory", object, memory_fields},
                                     {"boot", "boot", object, boot_fields},
                                     {"interfaces", "interfaces", objects, interface_fields, required},
                                     {"disks", "disks", objects, disk_fields, required},
                                     {"gpus", "gpus", objects, gpu_fields, required},
                                     {"host_devices", "hostDevices", objects, host_device_fields},
                                     {"mounts", "mounts", objects, mount_fields}};

constexpr field upgrade_fields[] = {{"current_commit_ID", "currentCommitID", value, {}, required},
                                    {"last_upgrade_status", "lastUpgradeStatus"},
                                    {"last_upgrade_time", "lastUpgradeTime"}};

enum class direction : std::uint8_t { to_manifest, to_wire };

json::object translated(const json::object& from, field_table table, direction way);

json::array translated_list(const json::array& from, const field& each, direction way) {
    json::array made;
    made.reserve(from.size());
    for (const auto& element : from) {
        if (each.type == texts) {
            if (element.is_string()) made.push_back(element);
        } else if (const auto* map = element.if_object()) {
            made.emplace_back(translated(*map, each.members, way));
        }
    }
    return made;
}

std::optional<json::value> translated_decimal(const json::value& from, direction way) {
    if (way == direction::to_manifest) {
        if (!from.is_number()) return std::nullopt;
        return json::value(fmt::format("{:.2f}", from.to_number<double>()));
    }
    if (from.is_number()) return from; // YAML without quotes
    const auto* text = from.if_string();
    if (text == nullptr) return std::nullopt;
    double number = 0;
    const auto* end = text->data() + text->size();
    const auto read = std::from_chars(text->data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) return std::nullopt;
    return json::value(number);
}

std::optional<json::value> translated_value(const json::value& from, const field& each, direction way) {
    switch (each.type) {
    case decimal: return translated_decimal(from, way);
    case texts:
    case objects:
        if (const auto* list = from.if_array()) return json::value(translated_list(*list, each, way));
        return std::nullopt;
    case object:
        if (const auto* map = from.if_object()) return json::value(translated(*map, each.members, way));
        return std::nullopt;
    case value: break;
    }
    if (from.is_structured() || from.is_null()) return std::nullopt;
    return from;
}

json::object translated(const json::object& from, field_table table, direction way) {
    json::object made;
    const bool to_manifest = way == direction::to_manifest;
    for (const auto& each : table) {
        const auto* found = from.if_contains(to_manifest ? each.wire : each.manifest);
        const auto value = found == nullptr ? std::nullopt : translated_value(*found, each, way);
        if (value) {
            made.emplace(to_manifest ? each.manifest : each.wire, *value);
        } else if (to_manifest && each.required) {
            made.emplace(each.manifest,
                         each.type == kind::value ? json::value("") : json::value(json::array()));
        }
    }
    return made;
}

} // namespace

json::object hardware_as_manifest(const json::object& wire) {
    return translated(wire, hardware_fields, direction::to_manifest);
}

json::object hardware_from_manifest(const json::object& manifest) {
    return translated(manifest, hardware_fields, direction::to_wire);
}

json::object upgrade_as_manifest(const json::object& wire) {
    return translated(wire, upgrade_fields, direction::to_manifest);
}

json::object upgrade_from_manifest(const json::object& manifest) {
    return translated(manifest, upgrade_fields, direction::to_wire);
}

} // namespace edgeconf::fleet
