#include "fleet/read_object.hpp"

#include "fleet/encoding.hpp"
#include "fleet/field.hpp"
#include "fleet/finding.hpp"
#include "fleet/identity.hpp"
#include "fleet/manifest.hpp"
#include "fleet/name_syntax.hpp"
#include "fleet/read_playbooks.hpp"
#include "fleet/read_settings.hpp"
#include "fleet/read_workload.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <utility>

namespace edgeconf::fleet {

namespace {

// The root of Flotta's own kinds.
void expect_object(const field& root) {
    root.expect_members({"apiVersion", "kind", "metadata", "spec", "status"});
}

bool is_true(const std::optional<std::string>& status) { return status && caseless_equal{}(*status, "true"); }

constexpr auto set_rule =
    "has to name an EdgeDeviceSet: at most 63 of A-Z a-z 0-9 - _ . with a letter or digit at both ends";

signed_request read_request(const manifest& from, const field& root) {
    const field spec = root["spec"];
    spec.expect_members({"approved", "features", "targetNamespace", "targetSet"});
    signed_request read;
    read.name = from.name;
    read.labels = from.labels;
    const field target = spec["targetNamespace"];
    read.target_namespace = target.text().value_or("");
    if (!target.present()) {
        target.error("is missing: it says in which namespace the device will be");
    } else if (target.value()->is_string() && !is_namespace(read.target_namespace)) {
        target.error("has to be a DNS label: 1 to 63 of a-z 0-9 -");
    }
    const field set = spec["targetSet"];
    read.target_set = set.text().value_or("");
    if (!is_label_value(read.target_set)) set.error(set_rule); // it becomes one (R5)
    read.approved = spec["approved"].boolean().value_or(false);
    for (const auto& condition : root["status"]["conditions"].items()) {
        if (condition["type"].text() == "declined" && is_true(condition["status"].text()))
            read.declined = true;
    }
    return read;
}

// A value in base64. Never shown: it may be a Secret's.
std::optional<std::string> read_base64(const field& from) {
    auto decoded = decode_base64(from.text().value_or(""));
    if (!decoded) from.error("has to be base64; write plain text under stringData instead");
    return decoded;
}

void check_key(const field& value, std::string_view key) {
    if (!is_data_key(key)) {
        value.error("is no valid key: 1 to 253 of A-Z a-z 0-9 - _ . that do not start with two dots");
    }
}

config_map read_config_map(const manifest& from, const field& root) {
    root.expect_members({"apiVersion", "binaryData", "data", "immutable", "kind", "metadata"});
    config_map read{from.name, from.labels, {}, {}, root["immutable"].boolean()};
    for (const auto& [key, value] : root["data"].members()) {
        check_key(value, key);
        read.data.emplace(key, value.text().value_or(""));
    }
    for (const auto& [key, value] : root["binaryData"].members()) {
        check_key(value, key);
        auto text = value.text().value_or("");
        if (!decode_base64(text)) value.error("has to be base64");
        if (read.data.contains(key)) value.error("is a key of data, too; keep one of them");
        read.binary_data.emplace(key, std::move(text));
    }
    return read;
}

secret read_secret(const manifest& from, const field& root) {
    root.expect_members({"apiVersion", "data", "immutable", "kind", "metadata", "stringData", "type"});
    root["immutable"].boolean();
    root["type"].text();
    secret read{from.name, from.labels, {}};
    for (const auto& [key, value] : root["data"].members()) {
        check_key(value, key);
        if (auto decoded = read_base64(value)) read.data.emplace(key, *std::move(decoded));
    }
    for (const auto& [key, value] : root["stringData"].members()) {
        check_key(value, key);
        read.data.insert_or_assign(std::string{key}, value.text().value_or(""));
    }
    return read;
}

// What Flotta notes in a device's labels for itself: workloads that run there, a registration under way.
// It is computed here, so what an export carries would be out of date.
label_map without_bookkeeping(string_map labels) {
    std::erase_if(labels, [](const auto& label) {
        return label.first.starts_with("workload/") || label.first == "edgedeviceSignedRequest";
    });
    return labels;
}

edge_device read_device(const manifest& from, const field& root) {
    if (root["metadata"]["deletionTimestamp"].present()) {
        root["metadata"]["deletionTimestamp"].warn(
            "was deleted where this manifest comes from; here the device stays until it is removed");
    }
    // Not text() alone: the rest of status is not checked either.
    if (const field claim = root["status"]["dataObc"]; claim.present() && claim.value()->is_string()) {
        claim.warn(
            "names a bucket claimed on OpenShift, which is not carried over: the device gets the storage "
            "that its spec or its set names");
    }
    return {from.name, without_bookkeeping(from.labels), read_device_settings(root["spec"])};
}

template <class Object>
shared_object shared(Object&& object) {
    return std::make_shared<const Object>(std::move(object));
}

} // namespace

std::optional<shared_object> read_object(const manifest& from, findings& found) {
    const field root{from, from.root, found};
    const bool is_core = from.kind == object_kind::config_map || from.kind == object_kind::secret;
    if (!is_core) expect_object(root);
    switch (from.kind) {
    case object_kind::edge_device: return shared(read_device(from, root));
    case object_kind::signed_request: return shared(read_request(from, root));
    case object_kind::edge_device_set:
        return shared(edge_device_set{from.name, from.labels, read_set_settings(root["spec"])});
    case object_kind::edge_workload:
        // Flotta takes a workload off its devices as soon as it is marked (R28).
        if (const field deleted = root["metadata"]["deletionTimestamp"]; deleted.present()) {
            deleted.warn("is set: the workload was deleted where this manifest comes from and is left out");
            return std::nullopt;
        }
        return shared(read_workload(from, found));
    case object_kind::edge_config: {
        auto config = read_config(from.name, root["spec"]);
        config.labels = from.labels;
        return shared(std::move(config));
    }
    case object_kind::playbook_execution: {
        auto execution = read_execution(from.name, root["spec"]);
        if (!execution) return std::nullopt;
        execution->labels = from.labels;
        return shared(*std::move(execution));
    }
    case object_kind::config_map: return shared(read_config_map(from, root));
    case object_kind::secret: return shared(read_secret(from, root));
    }
    return std::nullopt;
}

} // namespace edgeconf::fleet
