#include "bench/sample_fleet.hpp"

#include "unit/fleet/hardware_samples.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <random>
#include <stdexcept>

namespace edgeconf::bench {

namespace {

namespace json = boost::json;

constexpr std::string_view device_yaml = R"(---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata:
  name: {id}
  namespace: {ns}
  labels:
    flotta/member-of: {set}
    line: {line}
    ring: {ring}
    site: site-{site}
spec:
  requestTime: "2024-05-01T08:35:25Z"
)";

constexpr std::string_view set_yaml = R"(---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDeviceSet
metadata:
  name: {set}
  namespace: {ns}
spec:
  heartbeat:
    periodSeconds: 60
    hardwareProfile: {{include: true, scope: delta}}
  metrics:
    system: {{interval: 60}}
    receiverConfiguration: {{url: "http://metrics.example/receive"}}
  mounts:
    - {{device: /dev/sdb1, folder: /var/data, type: ext4, options: noatime}}
)";

constexpr std::string_view workload_yaml = R"(---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata:
  name: {name}
  namespace: {ns}
  labels: {{podman/team: automation}}
spec:
  deviceSelector: {selector}
  type: pod
  metrics: {{port: 9101, path: /metrics}}
  pod:
    spec:
      containers:
        - name: {name}
          image: registry.example/plant/{name}:1.14.2
          envFrom:
            - configMapRef: {{name: {name}}}
            - secretRef: {{name: {secret}}}
          ports:
            - {{containerPort: 8080, hostPort: 8080}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {ns}}}
data:
  LOG_LEVEL: info
  application.yaml: |
{lines}
)";

constexpr std::string_view secret_yaml = R"(---
apiVersion: v1
kind: Secret
metadata: {{name: {name}, namespace: {ns}}}
stringData:
  user: {name}
  token: 0123456789abcdef0123456789abcdef
)";

std::string device_manifest(std::size_t device) {
    return fmt::format(
        device_yaml, fmt::arg("id", device_id(device)), fmt::arg("ns", fleet_namespace),
        fmt::arg("set", set_name(set_of(device))), fmt::arg("line", line_name(line_of(device))),
        fmt::arg("ring", is_canary(device) ? "canary" : "stable"), fmt::arg("site", device % 200));
}

std::string workload_manifest(std::string_view name, std::string_view selector, std::string_view secret) {
    std::string lines; // half a kilobyte of settings
    for (int i = 0; i < 12; ++i) lines += fmt::format("    setting-{:02}: {} of {}\n", i, 1000 + i, name);
    return fmt::format(workload_yaml, fmt::arg("name", name), fmt::arg("ns", fleet_namespace),
                       fmt::arg("selector", selector), fmt::arg("secret", secret), fmt::arg("lines", lines));
}

std::string secret_manifest(std::string_view name) {
    return fmt::format(secret_yaml, fmt::arg("name", name), fmt::arg("ns", fleet_namespace));
}

std::string manifests_but_devices() {
    auto text = secret_manifest(secret_of_all);
    text += workload_manifest(workload_of_all, "{}", secret_of_all);
    text += workload_manifest(workload_of_both_rings,
                              "{matchExpressions: [{key: ring, operator: In, values: [stable, canary]}]}",
                              secret_of_all);
    for (std::size_t i = 0; i < line_count; ++i) {
        const auto line = line_name(i);
        text += workload_manifest(line, fmt::format("{{matchLabels: {{line: {}}}}}", line), secret_of_all);
    }
    for (std::size_t i = 0; i < set_count; ++i) {
        const auto set = set_name(i);
        const auto selector = fmt::format("{{matchLabels: {{flotta/member-of: {}}}}}", set);
        text += fmt::format(set_yaml, fmt::arg("set", set), fmt::arg("ns", fleet_namespace));
        text += secret_manifest(set);
        text += workload_manifest(set + "-app", selector, set);
        text += workload_manifest(set + "-db", selector, set);
    }
    return text;
}

void write_file(const std::filesystem::path& file, std::string_view text) {
    std::ofstream stream{file, std::ios::binary};
    stream << text;
    if (!stream.flush()) throw std::runtime_error{"cannot write " + file.string()};
}

json::object heartbeat(std::size_t device, std::string_view version, std::string_view phase) {
    json::array workloads;
    const auto set = set_name(set_of(device));
    for (const auto& name : {std::string{workload_of_all}, line_name(line_of(device)),
                             std::string{workload_of_both_rings}, set + "-app"}) {
        workloads.push_back(json::object{
            {"last_data_upload", "0001-01-01T00:00:00.000Z"}, {"name", name}, {"status", "Running"}});
    }
    workloads.push_back(json::object{
        {"last_data_upload", "2024-05-01T09:10:09.786Z"}, {"name", set + "-db"}, {"status", phase}});
    return {{"events", json::array()},
            {"status", "up"},
            {"version", version},
            {"workloads", std::move(workloads)}};
}

} // namespace

std::string device_id(std::size_t device) {
    std::mt19937_64 engine{device};
    const auto high = engine();
    const auto low = engine();
    return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff,
                       0x8000 | (low >> 48 & 0x3fff), low & 0xffff'ffff'ffff);
}

std::string set_name(std::size_t set) { return fmt::format("set-{:02}", set); }
std::string line_name(std::size_t line) { return fmt::format("line-{}", line); }

void write_manifests(std::size_t devices, std::size_t devices_per_file, const std::filesystem::path& folder) {
    write_file(folder / "fleet.yaml", manifests_but_devices());
    for (std::size_t first = 0; first < devices; first += devices_per_file) {
        std::string text;
        for (auto i = first; i < std::min(devices, first + devices_per_file); ++i) text += device_manifest(i);
        write_file(folder / fmt::format("devices-{:06}.yaml", first), text);
    }
}

std::string registration_body(std::size_t device) {
    return json::serialize(json::object{{"hardware", fleet::sample_hardware(device)}});
}

std::string heartbeat_body(std::size_t device, std::string_view version, std::string_view phase) {
    return json::serialize(heartbeat(device, version, phase));
}

std::string full_heartbeat_body(std::size_t device, std::string_view version) {
    auto body = heartbeat(device, version, "Running");
    body["hardware"] = fleet::sample_hardware(device);
    return json::serialize(body);
}

} // namespace edgeconf::bench
