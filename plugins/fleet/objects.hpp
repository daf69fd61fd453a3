// The fleet's objects, checked and with Flotta's defaults filled in: what the manifests say, in types.
// Plain values; nothing here knows files, JSON requests or threads.
#pragma once

#include "fleet/label_map.hpp"
#include "fleet/selector.hpp"

#include <boost/json/object.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

struct object_name {
    std::string ns;
    std::string name;

    auto operator<=>(const object_name&) const = default;
};

enum class object_kind {
    edge_device,
    signed_request,
    edge_device_set,
    edge_workload,
    edge_config,
    playbook_execution,
    config_map,
    secret,
};

// As manifests spell it: "EdgeDevice".
std::string_view to_string(object_kind kind) noexcept;

struct object_key {
    object_kind kind;
    object_name name;

    auto operator<=>(const object_key&) const = default;
};

// "EdgeDevice plant-1/pump-7"
std::string to_string(const object_key& key);

// ---- what a device is told about itself: EdgeDevice and EdgeDeviceSet alike ----

struct heartbeat_settings {
    std::int64_t period_seconds = 0; // 0 as written: the device then uses its own default
    std::optional<bool> include_hardware;
    std::optional<std::string> hardware_scope;

    auto operator<=>(const heartbeat_settings&) const = default;
};

struct os_settings {
    std::optional<bool> automatically_upgrade;
    std::optional<std::string> commit_id;
    std::optional<std::string> hosted_objects_url;

    auto operator<=>(const os_settings&) const = default;
};

struct mount_settings {
    std::optional<std::string> device;
    std::optional<std::string> folder;
    std::optional<std::string> type;
    std::optional<std::string> options;

    auto operator<=>(const mount_settings&) const = default;
};

struct s3_settings {
    std::string config_map;
    std::string secret;

    auto operator<=>(const s3_settings&) const = default;
};

struct component_metrics {
    std::int64_t interval = 60;
    std::optional<bool> disabled;
    std::optional<std::string> allow_list; // a ConfigMap

    auto operator<=>(const component_metrics&) const = default;
};

struct metrics_retention {
    std::optional<std::int64_t> max_mib;
    std::optional<std::int64_t> max_hours;

    auto operator<=>(const metrics_retention&) const = default;
};

struct metrics_receiver {
    std::string url;
    std::string ca_secret;
    std::int64_t request_num_samples = 30000;
    std::int64_t timeout_seconds = 10;

    auto operator<=>(const metrics_receiver&) const = default;
};

struct metrics_settings {
    std::optional<metrics_retention> retention;
    std::optional<component_metrics> system;
    std::optional<component_metrics> data_transfer;
    metrics_receiver receiver;

    auto operator<=>(const metrics_settings&) const = default;
};

struct log_target {
    std::optional<std::string> kind;
    std::int64_t buffer_size = 12;
    std::optional<std::string> syslog_config; // a ConfigMap

    auto operator<=>(const log_target&) const = default;
};

struct device_settings {
    std::optional<heartbeat_settings> heartbeat;
    std::optional<os_settings> os;
    std::vector<mount_settings> mounts;
    std::optional<s3_settings> s3;
    metrics_settings metrics;
    std::map<std::string, log_target, std::less<>> logs;

    auto operator<=>(const device_settings&) const = default;
};

// The settings of one device. Most have none of their own; nothing is kept for those.
class own_settings {
public:
    own_settings() = default;
    own_settings(device_settings given);

    const device_settings& operator*() const noexcept;
    const device_settings* operator->() const noexcept { return &**this; }

    // Null for none.
    const std::shared_ptr<const device_settings>& shared() const noexcept { return given_; }

    bool operator==(const own_settings& other) const { return **this == *other; }

private:
    std::shared_ptr<const device_settings> given_;
};

// ---- devices ----

struct edge_device {
    static constexpr auto kind = object_kind::edge_device;

    object_name name;
    label_map labels;
    own_settings settings;

    bool operator==(const edge_device&) const = default;
};

struct signed_request {
    static constexpr auto kind = object_kind::signed_request;

    object_name name;
    string_map labels;
    std::string target_namespace;
    std::string target_set;
    bool approved = false;
    bool declined = false;

    bool operator==(const signed_request&) const = default;
};

struct edge_device_set {
    static constexpr auto kind = object_kind::edge_device_set;

    object_name name;
    string_map labels;
    device_settings settings;

    bool operator==(const edge_device_set&) const = default;
};

// ---- workloads ----

// A ConfigMap or Secret that a pod refers to (R29).
struct pod_reference {
    bool required = false;              // one reference that is not optional is enough
    std::vector<std::string> keys = {}; // those that have to exist; sorted

    bool operator==(const pod_reference&) const = default;
};

using pod_references = std::map<std::string, pod_reference, std::less<>>;

struct container_metrics {
    std::optional<bool> disabled;
    std::string path = "/";
    std::optional<std::int64_t> port;

    bool operator==(const container_metrics&) const = default;
};

struct workload_metrics {
    std::int64_t port = 0;
    std::string path = "/";
    std::int64_t interval = 60;
    std::optional<std::string> allow_list; // a ConfigMap
    std::map<std::string, container_metrics, std::less<>> containers;

    bool operator==(const workload_metrics&) const = default;
};

struct edge_workload {
    static constexpr auto kind = object_kind::edge_workload;

    object_name name;
    string_map labels;
    string_map annotations;
    std::string device; // takes precedence over the selector
    std::optional<label_selector> selector;
    boost::json::object pod; // the PodSpec, with `protocol` filled in
    std::optional<boost::json::object> data;
    std::optional<std::string> log_collection;
    std::string registry_secret;
    std::optional<workload_metrics> metrics;
    pod_references config_maps;
    pod_references secrets;

    bool operator==(const edge_workload&) const = default;
};

// ---- what the others refer to ----

struct edge_config {
    static constexpr auto kind = object_kind::edge_config;

    object_name name;
    string_map labels;
    std::vector<std::string> playbooks; // decoded, in the order of their priority

    bool operator==(const edge_config&) const = default;
};

struct playbook_execution {
    static constexpr auto kind = object_kind::playbook_execution;

    object_name name;
    string_map labels;
    std::string playbook; // decoded

    bool operator==(const playbook_execution&) const = default;
};

struct config_map {
    static constexpr auto kind = object_kind::config_map;

    object_name name;
    string_map labels;
    string_map data;
    string_map binary_data = {}; // base64, as written
    std::optional<bool> immutable = {};

    bool operator==(const config_map&) const = default;
};

struct secret {
    static constexpr auto kind = object_kind::secret;

    object_name name;
    string_map labels;
    string_map data; // decoded

    bool operator==(const secret&) const = default;
};

// ---- many of them ----

// Objects never change: a change of one is another object in its place. So they are shared, by the source
// that they came from and the model that uses them.
template <class Object>
using object_map = std::map<object_name, std::shared_ptr<const Object>>;

// What configurations are made of, but for the devices.
struct configuration_objects {
    object_map<edge_device_set> sets;
    object_map<edge_workload> workloads;
    object_map<config_map> config_maps;
    object_map<secret> secrets;
};

struct playbook_objects {
    object_map<edge_config> configs;
    object_map<playbook_execution> executions;
};

// A whole fleet as its manifests describe it.
struct object_set : configuration_objects, playbook_objects {
    object_map<edge_device> devices;
    object_map<signed_request> requests;
};

} // namespace edgeconf::fleet
