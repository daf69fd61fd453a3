#include "fleet/wire_body.hpp"

#include "fleet/encoding.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <stdexcept>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;
using enum wire_type;

constexpr std::size_t text_limit = 256;

constexpr wire_field interface_fields[] = {
    {"ipv6_addresses", texts}, {"vendor", text},      {"name", text},
    {"has_carrier", boolean},  {"product", text},     {"mtu", integer},
    {"ipv4_addresses", texts}, {"biosdevname", text}, {"client_id", text},
    {"mac_address", text},     {"flags", texts},      {"speed_mbps", integer}};
constexpr wire_field io_perf_fields[] = {{"sync_duration", integer}};
constexpr wire_field disk_fields[] = {{"id", text},          {"drive_type", text},
                                      {"vendor", text},      {"name", text},
                                      {"path", text},        {"hctl", text},
                                      {"by_path", text},     {"by_id", text},
                                      {"model", text},       {"wwn", text},
                                      {"serial", text},      {"size_bytes", integer},
                                      {"bootable", boolean}, {"is_installation_media", boolean},
                                      {"smart", text},       {"io_perf", object, io_perf_fields}};
constexpr wire_field boot_fields[] = {{"current_boot_mode", text}, {"pxe_interface", text}};
constexpr wire_field vendor_fields[] = {
    {"serial_number", text}, {"product_name", text}, {"manufacturer", text}, {"virtual", boolean}};
constexpr wire_field memory_fields[] = {{"physical_bytes", integer}, {"usable_bytes", integer}};
constexpr wire_field cpu_fields[] = {{"count", integer},
                                     {"frequency", number},
                                     {"flags", texts},
                                     {"model_name", text},
                                     {"architecture", text}};
constexpr wire_field gpu_fields[] = {
    {"vendor", text}, {"vendor_id", text}, {"device_id", text}, {"name", text}, {"address", text}};
constexpr wire_field host_device_fields[] = {{"path", text},   {"device_type", text}, {"uid", integer},
                                             {"gid", integer}, {"major", integer},    {"minor", integer}};
constexpr wire_field mount_fields[] = {
    {"device", text}, {"directory", text}, {"type", text}, {"options", text}};
constexpr wire_field hardware_fields[] = {{"hostname", text},
                                          {"interfaces", objects, interface_fields},
                                          {"disks", objects, disk_fields},
                                          {"boot", object, boot_fields},
                                          {"system_vendor", object, vendor_fields},
                                          {"memory", object, memory_fields},
                                          {"cpu", object, cpu_fields},
                                          {"gpus", objects, gpu_fields},
                                          {"host_devices", objects, host_device_fields},
                                          {"mounts", objects, mount_fields}};

constexpr wire_field feature_fields[] = {{"modelName", text}, {"hardware", object, hardware_fields}};
constexpr wire_field enrolment_fields[] = {{"features", object, feature_fields}, {"target_namespace", text}};

constexpr wire_field registration_fields[] = {{"hardware", object, hardware_fields},
                                              {"certificate_request", text}};

constexpr wire_field report_fields[] = {{"name", text}, {"status", text}, {"last_data_upload", text}};
constexpr wire_field upgrade_fields[] = {
    {"current_commit_ID", text}, {"last_upgrade_status", text}, {"last_upgrade_time", text}};
constexpr wire_field event_fields[] = {{"reason", text}, {"message", text}, {"type", text}};
constexpr wire_field heartbeat_fields[] = {{"status", text},
                                           {"version", text},
                                           {"workloads", objects, report_fields},
                                           {"playbook-executions", objects, report_fields},
                                           {"upgrade", object, upgrade_fields},
                                           {"hardware", object, hardware_fields},
                                           {"events", objects, event_fields}};

body_result<json::object> read_body(std::string_view body, wire_shape shape) {
    std::array<unsigned char, 16384> first_block;
    json::monotonic_resource memory{first_block.data(), first_block.size()};
    boost::system::error_code error;
    body_problems problems;
    const auto parsed = json::parse(body, error, &memory);
    if (error) return body_problems{{"", "is not JSON: " + error.message()}};
    auto read = read_shape(parsed, shape, "", problems);
    if (!problems.empty()) return problems;
    return read;
}

std::string take_text(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value == nullptr ? std::string{} : std::string{cut_utf8(value->get_string(), text_limit)};
}

json::object take_object(json::object& from, std::string_view name) {
    auto* value = from.if_contains(name);
    return value == nullptr ? json::object{} : std::move(value->get_object());
}

} // namespace

body_result<enrolment> read_enrolment(std::string_view body) {
    auto read = read_body(body, enrolment_fields);
    if (!read) return read.error();
    auto features = take_object(*read, "features");
    return enrolment{take_object(features, "hardware"), take_text(features, "modelName")};
}

body_result<registration> read_registration(std::string_view body) {
    auto read = read_body(body, registration_fields);
    if (!read) return read.error();
    return registration{take_object(*read, "hardware")};
}

body_result<heartbeat> read_heartbeat(std::string_view body) {
    auto read = read_body(body, heartbeat_fields);
    if (!read) return read.error();
    heartbeat made;
    made.status = take_text(*read, "status");
    made.version = take_text(*read, "version");
    made.hardware = take_object(*read, "hardware");
    if (const auto* reports = read->if_contains("workloads")) {
        for (const auto& each : reports->get_array()) {
            const auto& report = each.get_object();
            made.workloads.push_back({take_text(report, "name"), take_text(report, "status"),
                                      take_text(report, "last_data_upload")});
        }
    }
    if (const auto* upgrade = read->if_contains("upgrade")) {
        const auto& report = upgrade->get_object();
        made.upgrade =
            upgrade_report{take_text(report, "current_commit_ID"), take_text(report, "last_upgrade_status"),
                           take_text(report, "last_upgrade_time")};
    }
    return made;
}

} // namespace edgeconf::fleet

namespace boost::system {

void throw_exception_from_error(const edgeconf::fleet::body_problems& problems,
                                const boost::source_location&) {
    throw std::logic_error{problems.empty() ? "no body"
                                            : problems.front().pointer + " " + problems.front().what};
}

} // namespace boost::system
