#include "fleet/cluster_export.hpp"

#include "fleet/cluster_object.hpp"
#include "fleet/cluster_status.hpp"
#include "fleet/device_document.hpp"
#include "fleet/finding.hpp"
#include "fleet/hardware.hpp"
#include "fleet/identity.hpp"
#include "fleet/import_builder.hpp"
#include "fleet/manifest_cache.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

namespace {

namespace json = boost::json;

constexpr std::uintmax_t file_limit = 256u << 20; // as for a file of manifests
constexpr std::size_t named_at_most = 5;

// What a cluster knows of one device.
struct cluster_device {
    std::uint32_t line = 0;
    bool exists = false;   // there is an EdgeDevice
    bool approved = false; // its request says so
    std::string ns;
    std::string created;
    bool registering = false; // approved, and not registered since
    json::object status;
    json::object features; // of its request
};

json::object taken_out(json::object& from, std::string_view member) {
    auto* value = from.if_contains(member);
    auto* map = value == nullptr ? nullptr : value->if_object();
    return map == nullptr ? json::object{} : std::exchange(*map, {});
}

class export_reader {
public:
    export_reader(const std::filesystem::path& path, findings& found)
        : path_{path}, file_{std::make_shared<const std::string>(path.string())}, found_{found}, builder_{
                                                                                                     file_,
                                                                                                     found} {}

    imported_fleet read();

private:
    std::string text() const;
    bool is_wanted(const cluster_object& object);
    void take(cluster_object& object);
    void take_device(cluster_object& object);
    void take_request(cluster_object& object);
    void add(const std::string& id, const cluster_device& from);
    void leave_notes();

    const std::filesystem::path& path_;
    std::shared_ptr<const std::string> file_;
    findings& found_;
    import_builder builder_;
    hardware_codec codec_;
    std::set<std::string> namespaces_;              // with devices, workloads or sets
    std::map<std::string, cluster_device> devices_; // by id
    std::map<std::string, std::size_t> foreign_;    // by kind
    std::size_t system_ = 0;
    std::size_t elsewhere_ = 0;
    std::vector<std::string> approved_alone_; // ids
};

std::string export_reader::text() const {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (!error && size > file_limit) {
        found_.error(fmt::format("{}: is larger than {} MiB; export and import one namespace after the other",
                                 *file_, file_limit >> 20));
        return {};
    }
    std::ifstream stream{path_, std::ios::binary};
    std::string read;
    if (!error && stream) read.assign(std::istreambuf_iterator<char>{stream}, {});
    if (error || !stream || stream.bad()) {
        found_.error(fmt::format("{}: cannot be read; check that it is a file, and its permissions", *file_));
    }
    return read;
}

imported_fleet export_reader::read() {
    auto objects = cluster_objects(*file_, text(), found_);
    if (objects.empty()) found_.error(fmt::format("{}: has no object in it", *file_));
    for (const auto& each : objects) {
        if (each.kind == "EdgeDevice" || each.kind == "EdgeWorkload" || each.kind == "EdgeDeviceSet") {
            namespaces_.insert(each.ns);
        }
    }
    for (auto& each : objects) {
        if (is_wanted(each)) take(each);
    }
    for (const auto& [id, each] : devices_) add(id, each);
    leave_notes();
    return std::move(builder_).result();
}

bool export_reader::is_wanted(const cluster_object& object) {
    if (object.kind.empty()) return true; // which is an error
    if (is_passing_kind(object)) return false;
    if (!is_fleet_kind(object)) {
        ++foreign_[object.kind];
        return false;
    }
    if (object.kind != "ConfigMap" && object.kind != "Secret") return true;
    if (is_system_object(object)) {
        ++system_;
        return false;
    }
    if (!namespaces_.contains(object.ns)) {
        ++elsewhere_;
        return false;
    }
    return true;
}

void export_reader::take(cluster_object& object) {
    const bool is_device = object.kind == "EdgeDevice";
    const bool is_request = object.kind == "EdgeDeviceSignedRequest";
    if (is_device) take_device(object);
    if (is_request) take_request(object);
    if (!is_device && !is_request) strip_cluster_fields(object);
    const bool kept = builder_.object({object.line, to_text(json::value(std::move(object.root)))});
    if (!kept && (is_device || is_request)) devices_.erase(object.name);
}

// Its status says how it is, and is read apart.
void export_reader::take_device(cluster_object& object) {
    auto& device = devices_[object.name];
    const auto* metadata = map_at(object.root, {"metadata"});
    const auto* labels = map_at(object.root, {"metadata", "labels"});
    device.line = object.line;
    device.exists = true;
    device.ns = object.ns;
    device.created = text_at(metadata, "creationTimestamp");
    device.registering = labels != nullptr && labels->contains("edgedeviceSignedRequest");
    device.status = taken_out(object.root, "status");
    strip_cluster_fields(object);
    if (const auto* claim = device.status.if_contains("dataObc")) {
        object.root["status"] = json::object{{"dataObc", *claim}};
    }
}

void export_reader::take_request(cluster_object& object) {
    auto& device = devices_[object.name];
    if (device.line == 0) device.line = object.line;
    auto status = taken_out(object.root, "status");
    if (auto* spec = object.root.if_contains("spec"); spec != nullptr && spec->is_object()) {
        const auto* approved = spec->get_object().if_contains("approved");
        device.approved = approved != nullptr && approved->is_bool() && approved->get_bool();
        device.features = taken_out(spec->get_object(), "features");
        if (const auto* model = device.features.if_contains("modelName")) {
            spec->get_object()["features"] = json::object{{"modelName", *model}};
        }
    }
    strip_cluster_fields(object);
    if (auto* conditions = status.if_contains("conditions")) {
        object.root["status"] = json::object{{"conditions", std::move(*conditions)}};
    }
}

// An EdgeDevice is a device that is in. A request without one waits, also one that is approved: Flotta makes
// the EdgeDevice at once and deletes the request with it (R5, R7), so that either this was just under way, or
// the EdgeDevices are missing in the export. To wait harms none of these devices: they are told nothing, and
// keep what they run.
void export_reader::add(const std::string& id, const cluster_device& from) {
    if (!is_device_id(id)) return; // the object said so
    device_record device;
    if (from.exists) {
        device.state = device_state::known;
    } else if (from.approved) {
        approved_alone_.push_back(id);
    }
    const cluster_place place{*file_, from.line, id, found_};
    // A partial report has overwritten the whole one in Flotta's status; what the device said when it asked
    // to join may fill the gaps (R36).
    auto hardware = read_cluster_features(from.features, place);
    const auto status = read_cluster_status(from.status, {id, from.ns, builder_.playbooks()}, place, device);
    merge_hardware(hardware, status.hardware);
    device.reported_labels = from.exists ? label_map{hardware_labels(hardware)} : label_map{};

    // A cluster does not know the key of a device that is in use. Without a pin, and heard before, it will
    // not be taken for whoever registers next under its id: that is what identity_pin::unknown_key stands
    // for.
    if (status.in_use) device.status.connection = connection::offline;
    if (status.in_use && !from.registering) device.status.registered = place.time(from.created);

    compact_hardware packed;
    if (!hardware.empty()) packed = codec_.pack(bounded_hardware(std::move(hardware), hardware_text_limit));
    builder_.device(from.line, {id, membership_document(device), status_document(device), std::move(packed),
                                status.heard});
}

void export_reader::leave_notes() {
    for (const auto& [kind, count] : foreign_) {
        builder_.note(fmt::format("{}, not a kind of a fleet, left out: {}", kind, count));
    }
    if (system_ != 0) {
        builder_.note(
            fmt::format("ConfigMaps and Secrets that the cluster made for itself, left out: {}", system_));
    }
    if (elsewhere_ != 0) {
        builder_.note(fmt::format(
            "ConfigMaps and Secrets of namespaces without devices, workloads and sets, left out: {}",
            elsewhere_));
    }
    if (const auto many = approved_alone_.size(); many != 0) {
        approved_alone_.resize(std::min(many, named_at_most));
        builder_.note(
            fmt::format("approved requests without an EdgeDevice, which wait for an approval here: {} ({}{})",
                        many, fmt::join(approved_alone_, ", "), many > named_at_most ? ", ..." : ""));
    }
}

} // namespace

imported_fleet read_cluster_export(const std::filesystem::path& file, findings& found) {
    return export_reader{file, found}.read();
}

} // namespace edgeconf::fleet
