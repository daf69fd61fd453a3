#include "fleet/wire_body.hpp"

#include "fleet/encoding.hpp"
#include "fleet/event_log.hpp"

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
constexpr std::size_t playbook_name_limit = 512; // <device>-<config> (R34)

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
constexpr wire_field playbook_fields[] = {{"name", text}, {"status", text}};
constexpr wire_field upgrade_fields[] = {
    {"current_commit_ID", text}, {"last_upgrade_status", text}, {"last_upgrade_time", text}};
constexpr wire_field event_fields[] = {{"reason", text}, {"message", text}, {"type", text}};
constexpr wire_field heartbeat_fields[] = {{"status", text},
                                           {"version", text},
                                           {"workloads", objects, report_fields},
                                           {"playbook-executions", objects, playbook_fields},
                                           {"upgrade", object, upgrade_fields},
                                           {"hardware", object, hardware_fields},
                                           {"events", objects, event_fields}};

// A body while it is read. What is kept of it is copied out; the rest goes with it, in one piece.
class parsed_body {
public:
    parsed_body() = default;
    parsed_body(const parsed_body&) = delete;
    parsed_body& operator=(const parsed_body&) = delete;

    body_problems parse(std::string_view body, wire_shape shape) {
        boost::system::error_code error;
        value_ = json::parse(body, error, &memory_);
        if (error) return {{"", "is not JSON: " + error.message()}};
        return check_shape(value_, shape);
    }

    // After parse() without problems.
    const json::object& root() const { return value_.get_object(); }

private:
    std::array<unsigned char, 16384> first_block_; // enough for all but a heartbeat with hardware
    json::monotonic_resource memory_{first_block_.data(), first_block_.size()};
    json::value value_ = json::value(json::storage_ptr(&memory_));
};

// Null when it is absent or null.
const json::value* member(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::string take_text(const json::object& from, std::string_view name, std::size_t limit = text_limit) {
    const auto* value = member(from, name);
    return value == nullptr ? std::string{} : std::string{cut_utf8(value->get_string(), limit)};
}

std::string take_time(const json::object& from, std::string_view name) {
    auto time = take_text(from, name);
    return time.starts_with("0001-01-01T00:00:00") ? std::string{} : time;
}

json::object take_hardware(const json::object& from) {
    const auto* value = member(from, "hardware");
    return value == nullptr ? json::object{} : keep_known(value->get_object(), hardware_fields);
}

// Up to `limit` objects of a list, each as `read` makes it; how many more there were.
template <class Report, class Read>
std::size_t take_list(const json::object& from, std::string_view name, std::size_t limit,
                      std::vector<Report>& reports, Read read) {
    const auto* list = member(from, name);
    if (list == nullptr) return 0;
    std::size_t dropped = 0;
    for (const auto& each : list->get_array()) {
        if (each.is_null()) continue;
        if (reports.size() < limit) {
            reports.push_back(read(each.get_object()));
        } else {
            ++dropped;
        }
    }
    return dropped;
}

workload_report read_workload(const json::object& from) {
    return {take_text(from, "name"), take_text(from, "status"), take_time(from, "last_data_upload")};
}

playbook_report read_playbook(const json::object& from) {
    return {take_text(from, "name", playbook_name_limit), take_text(from, "status")};
}

event_report read_event(const json::object& from) {
    return {take_text(from, "reason", event::reason_limit), take_text(from, "message", event::message_limit),
            take_text(from, "type")};
}

upgrade_report read_upgrade(const json::object& from) {
    return {take_text(from, "current_commit_ID"), take_text(from, "last_upgrade_status"),
            take_text(from, "last_upgrade_time")};
}

} // namespace

body_result<enrolment> read_enrolment(std::string_view body) {
    parsed_body parsed;
    if (auto problems = parsed.parse(body, enrolment_fields); !problems.empty()) return problems;
    const auto* features = member(parsed.root(), "features");
    if (features == nullptr) return enrolment{};
    return enrolment{take_hardware(features->get_object()), take_text(features->get_object(), "modelName")};
}

body_result<registration> read_registration(std::string_view body) {
    parsed_body parsed;
    if (auto problems = parsed.parse(body, registration_fields); !problems.empty()) return problems;
    registration made;
    if (const auto* request = member(parsed.root(), "certificate_request")) {
        const std::string_view pem = request->get_string();
        if (pem.size() > registration::certificate_request_limit) {
            return body_problems{{"/certificate_request", "is too long"}};
        }
        made.certificate_request = pem;
    }
    made.hardware = take_hardware(parsed.root());
    return made;
}

body_result<heartbeat> read_heartbeat(std::string_view body) {
    parsed_body parsed;
    if (auto problems = parsed.parse(body, heartbeat_fields); !problems.empty()) return problems;
    const auto& root = parsed.root();
    heartbeat made;
    made.status = take_text(root, "status");
    made.version = take_text(root, "version");
    take_list(root, "workloads", heartbeat::workload_limit, made.workloads, read_workload);
    take_list(root, "playbook-executions", heartbeat::playbook_limit, made.playbooks, read_playbook);
    made.events_dropped = take_list(root, "events", heartbeat::event_limit, made.events, read_event);
    if (const auto* upgrade = member(root, "upgrade")) made.upgrade = read_upgrade(upgrade->get_object());
    made.hardware = take_hardware(root);
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
