// The fleet's objects, checked and with Flotta's defaults filled in: what the manifests say, in types.
// Plain values; nothing here knows files, JSON requests or threads.
#pragma once

#include "fleet/selector.hpp"

#include <boost/json/object.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::fleet {

struct object_name {
    std::string ns;
    std::string name;

    auto operator<=>(const object_name&) const = default;
};

// ---- what a device is told about itself: EdgeDevice and EdgeDeviceSet alike ----

struct heartbeat_settings {
    std::int64_t period_seconds = 0; // 0 as written: the device then uses its own default
    std::optional<bool> include_hardware;
    std::optional<std::string> hardware_scope;

    bool operator==(const heartbeat_settings&) const = default;
};

struct os_settings {
    std::optional<bool> automatically_upgrade;
    std::optional<std::string> commit_id;
    std::optional<std::string> hosted_objects_url;

    bool operator==(const os_settings&) const = default;
};

struct mount_settings {
    std::optional<std::string> device;
    std::optional<std::string> folder;
    std::optional<std::string> type;
    std::optional<std::string> options;

    bool operator==(const mount_settings&) const = default;
};

struct s3_settings {
    std::string config_map;
    std::string secret;

    bool operator==(const s3_settings&) const = default;
};

struct component_metrics {
    std::int64_t interval = 60;
    std::optional<bool> disabled;
    std::optional<std::string> allow_list; // a ConfigMap

    bool operator==(const component_metrics&) const = default;
};

struct metrics_retention {
    std::optional<std::int64_t> max_mib;
    std::optional<std::int64_t> max_hours;

    bool operator==(const metrics_retention&) const = default;
};

struct metrics_receiver {
    std::string url;
    std::string ca_secret;
    std::int64_t request_num_samples = 30000;
    std::int64_t timeout_seconds = 10;

    bool operator==(const metrics_receiver&) const = default;
};

struct metrics_settings {
    std::optional<metrics_retention> retention;
    std::optional<component_metrics> system;
    std::optional<component_metrics> data_transfer;
    metrics_receiver receiver;

    bool operator==(const metrics_settings&) const = default;
};

struct log_target {
    std::optional<std::string> kind;
    std::int64_t buffer_size = 12;
    std::optional<std::string> syslog_config; // a ConfigMap

    bool operator==(const log_target&) const = default;
};

struct device_settings {
    std::optional<heartbeat_settings> heartbeat;
    std::optional<os_settings> os;
    std::vector<mount_settings> mounts;
    std::optional<s3_settings> s3;
    metrics_settings metrics;
    std::map<std::string, log_target, std::less<>> logs;

    bool operator==(const device_settings&) const = default;
};

// ---- devices ----

struct edge_device {
    object_name name;
    string_map labels;
    device_settings settings;
};

struct signed_request {
    object_name name;
    std::string target_namespace;
    std::string target_set;
    bool approved = false;
    bool declined = false;
};

struct edge_device_set {
    object_name name;
    device_settings settings;
};

// ---- workloads ----

// A ConfigMap or Secret that a pod refers to (R29).
struct pod_reference {
    bool required = false;              // one reference that is not optional is enough
    std::vector<std::string> keys = {}; // those that have to exist; sorted
};

using pod_references = std::map<std::string, pod_reference, std::less<>>;

struct container_metrics {
    std::optional<bool> disabled;
    std::string path = "/";
    std::optional<std::int64_t> port;
};

struct workload_metrics {
    std::int64_t port = 0;
    std::string path = "/";
    std::int64_t interval = 60;
    std::optional<std::string> allow_list; // a ConfigMap
    std::map<std::string, container_metrics, std::less<>> containers;
};

struct edge_workload {
    object_name name;
    string_map labels;      // those for podman, without their prefix
    string_map annotations; // likewise
    std::string device;     // takes precedence over the selector
    std::optional<label_selector> selector;
    boost::json::object pod; // the PodSpec, with `protocol` filled in
    std::optional<boost::json::object> data;
    std::optional<std::string> log_collection;
    std::string registry_secret;
    std::optional<workload_metrics> metrics;
    pod_references config_maps;
    pod_references secrets;
};

// ---- what the others refer to ----

struct edge_config {
    object_name name;
    std::vector<std::string> playbooks; // decoded, in the order of their priority
};

struct playbook_execution {
    object_name name;
    std::string playbook; // decoded
};

struct config_map {
    object_name name;
    string_map data;
};

struct secret {
    object_name name;
    string_map data; // decoded
};

template <class Object>
using object_map = std::map<object_name, Object>;

// A whole fleet as its manifests describe it.
struct object_set {
    object_map<edge_device> devices;
    object_map<signed_request> requests;
    object_map<edge_device_set> sets;
    object_map<edge_workload> workloads;
    object_map<edge_config> configs;
    object_map<playbook_execution> executions;
    object_map<config_map> config_maps;
    object_map<secret> secrets;
};

} // namespace edgeconf::fleet
