// R31 and R32: what an API server and Flotta's webhook did to manifests before anything else saw them.
#include "fleet/read_objects.hpp"

#include "manifest_folder.hpp"
#include "rendered.hpp"
#include "support/catch.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

std::string with_pod(const std::string& pod) {
    return head("EdgeWorkload", "w") + "spec: {type: pod, deviceSelector: {}, pod: {spec: " + pod + "}}\n";
}

} // namespace

TEST_CASE("R31: what an API server would have filled in is filled in", "[fleet][unit]") {
    const auto syslog = head("ConfigMap", "m") + "data: {Address: a}\n";
    check_cases({
        {"bufferSize", device_with("{logCollection: {l: {kind: syslog, syslogConfig: {name: m}}}}") + syslog,
         "/configuration/log-collection/l/buffer_size", "12"},
        {"metrics.system.interval", device_with("{metrics: {system: {}}}"),
         "/configuration/metrics/system/interval", "60"},
        {"metrics.dataTransfer.interval", device_with("{metrics: {dataTransfer: {disabled: true}}}"),
         "/configuration/metrics/data-transfer/interval", "60"},
        {"an interval of its own", device_with("{metrics: {system: {interval: 0}}}"),
         "/configuration/metrics/system/interval", "0"},
        {"sets, too",
         set_with("{metrics: {system: {}}}"),
         "/configuration/metrics/system/interval",
         "60",
         {"d", {{"flotta/member-of", "s"}}}},
        {"workload metrics", workload_with("image: i", "metrics: {port: 1}"), "/workloads/0/metrics",
         R"({"path":"/","port":1,"interval":60})"},
        {"container metrics",
         workload_with("image: i", "metrics: {port: 1, containers: {c: {disabled: true}}}"),
         "/workloads/0/metrics/containers", R"({"c":{"disabled":true,"path":"/"}})"},
        {"protocol", workload_with("ports: [{containerPort: 80, hostPort: 8080}]"),
         "/workloads/0/specification",
         R"("containers:\n- name: c\n  ports:\n  - containerPort: 80\n    hostPort: 8080\n    protocol: TCP\n  resources: {}\n")"},
        {"a protocol of its own",
         workload_with("ports: [{containerPort: 80, hostPort: 8080, protocol: UDP}]"),
         "/workloads/0/specification",
         R"("containers:\n- name: c\n  ports:\n  - containerPort: 80\n    hostPort: 8080\n    protocol: UDP\n  resources: {}\n")"},
    });
    CHECK_FALSE(objects_of(head("EdgeDeviceSignedRequest", "d") + "spec: {targetNamespace: plant}\n")
                    .requests.at({"default", "d"})
                    ->approved);
}

TEST_CASE("R31: a manifest says the same before and after a cluster has had it", "[fleet][unit]") {
    const auto written =
        with_pod("{containers: [{name: c, env: [{name: A, value: ''}], ports: [{containerPort: 1, "
                 "hostPort: 2}], tty: false}], hostNetwork: false, restart: Always}");
    const auto exported =
        with_pod("{containers: [{env: [{name: A}], name: c, ports: [{containerPort: 1, hostPort: 2, "
                 "protocol: TCP}], resources: {}}]}");
    CHECK(configuration_of(written) == configuration_of(exported));
}

TEST_CASE("R31: Secrets, lists and documents are read as a cluster takes them", "[fleet][unit]") {
    const auto objects =
        objects_of(head("Secret", "s") + "data: {a: Zm9v, b: Zm9v}\nstringData: {b: bar}\n" +
                   "---\n{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, "
                   "metadata: {name: m}, data: {k: v}}]}\n" +
                   head("EdgeConfig", "c") + "spec: {edgePlaybook: {playbooks: [{content: Zm9v}]}}\n");
    CHECK(objects.secrets.at({"default", "s"})->data == string_map{{"a", "foo"}, {"b", "bar"}});
    CHECK(objects.config_maps.at({"default", "m"})->data == string_map{{"k", "v"}});
    CHECK(objects.configs.at({"default", "c"})->playbooks == std::vector<std::string>{"foo"});
}

TEST_CASE("R32: what Flotta's webhook refuses, or a device cannot run, is an error", "[fleet][unit]") {
    const auto in_container = [](const std::string& fields) {
        return "{containers: [{name: c, " + fields + "}]}";
    };
    const std::vector<std::pair<std::string, std::string>> table{
        {in_container("lifecycle: {postStart: {exec: {command: [a]}}}"), "containers[0].lifecycle: "},
        {in_container("livenessProbe: {exec: {command: [a]}}"), "containers[0].livenessProbe: "},
        {in_container("readinessProbe: {exec: {command: [a]}}"), "containers[0].readinessProbe: "},
        {in_container("startupProbe: {exec: {command: [a]}}"), "containers[0].startupProbe: "},
        {in_container("volumeDevices: [{name: v, devicePath: /d}]"), "containers[0].volumeDevices: "},
        {in_container("resources: {limits: {cpu: 1}}"), "containers[0].resources.limits: "},
        {in_container("resources: {requests: {cpu: 1}}"), "containers[0].resources.requests: "},
        {in_container("env: [{name: A, valueFrom: {fieldRef: {fieldPath: p}}}]"),
         "env[0].valueFrom.fieldRef: "},
        {in_container("env: [{name: A, valueFrom: {resourceFieldRef: {resource: r}}}]"),
         "env[0].valueFrom.resourceFieldRef: "},
        {"{containers: [{name: c}, {name: c}]}", "containers[1].name: 'c' is used"},
        {"{initContainers: [{name: c}], containers: [{name: c}]}", "containers[0].name: 'c' is used"},
        {in_container("ports: [{containerPort: 1, hostPort: 9100}]"), "ports[0].hostPort: 9100 belongs"},
        {in_container("ports: [{containerPort: 1}]"), "ports[0].hostPort: is missing"},
        {in_container("ports: [{containerPort: 1, hostPort: 0}]"), "ports[0].hostPort: has to be between 1"},
        {in_container("ports: [{containerPort: 1, hostPort: 65536}]"),
         "ports[0].hostPort: has to be between 1"},
        {"{containers: [{name: c}], volumes: [{name: v, emptyDir: {}}]}", "volumes[0]: has to be a hostPath"},
    };
    for (const auto& [pod, part] : table) {
        CAPTURE(pod, part);
        const auto texts = findings_of(with_pod(pod));
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:6: spec.pod.spec."));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("R32: what devices run is served, ConfigMap volumes with a warning", "[fleet][unit]") {
    const std::vector<std::string> pods{
        "{containers: [{name: c, ports: [{containerPort: 1, hostPort: 1}, {containerPort: 2, hostPort: "
        "65535}]}]}",
        "{containers: [{name: c}, {name: d}], volumes: [{name: v, hostPath: {path: /v}}]}",
        "{containers: [{name: c, env: [{name: A, value: b}], resources: {limits: {}}, volumeDevices: []}]}",
    };
    for (const auto& pod : pods) {
        CAPTURE(pod);
        CHECK(findings_of(with_pod(pod)).empty());
    }
    const auto texts =
        findings_of(with_pod("{containers: [{name: c}], volumes: [{name: v, configMap: {name: m}}]}"));
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with("warning: m.yaml:6: spec.pod.spec.volumes[0]: "));
}
