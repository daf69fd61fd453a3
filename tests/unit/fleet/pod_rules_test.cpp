#include "fleet/pod_rules.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace edgeconf::fleet;

namespace {

std::string with_pod(const std::string& pod) {
    return head("EdgeWorkload", "w") + "spec:\n  type: pod\n  pod:\n    spec: " + pod + "\n";
}

std::string with_container(const std::string& fields) {
    return with_pod("{containers: [{name: c, image: i, " + fields + "}]}");
}

} // namespace

TEST_CASE("pod rules: R32 what Flotta refuses or a device cannot run is an error", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"ports: [{containerPort: 80}]", "ports[0].hostPort: is missing"},
        {"ports: [{containerPort: 80, hostPort: 0}]", "hostPort: has to be between 1 and 65535"},
        {"ports: [{containerPort: 80, hostPort: 65536}]", "hostPort: has to be between 1 and 65535"},
        {"ports: [{containerPort: 80, hostPort: 9100}]", "hostPort: 9100 belongs to"},
        {"ports: [{containerPort: '80', hostPort: 80}]", "containerPort: has to be a whole number"},
        {"ports: [{hostPort: 80}]", "containerPort: is missing"},
        {"ports: [{containerPort: 80, hostPort: 80, protocol: tcp}]", "protocol: has to be TCP"},
        {"livenessProbe: {}", "livenessProbe: probes are not supported"},
        {"readinessProbe: {httpGet: {port: 1}}", "readinessProbe: probes are not supported"},
        {"startupProbe: {}", "startupProbe: probes are not supported"},
        {"lifecycle: {}", "lifecycle: is not supported"},
        {"volumeDevices: [{name: v, devicePath: /d}]", "volumeDevices: is not supported"},
        {"resources: {limits: {cpu: 1}}", "resources.limits: is not supported"},
        {"resources: {requests: {cpu: 1}}", "resources.requests: is not supported"},
        {"env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]", "fieldRef: is not supported"},
        {"env: [{name: A, valueFrom: {fieldRef: {}}}]", "fieldRef: is not supported"},
        {"ports: [{containerPort: 80, hostPort: 1}, {containerPort: 80, hostPort: 2, protocol: TCP}]",
         "ports[1].containerPort: 80 (TCP) is listed twice"},
        {"ports: [{containerPort: 0, hostPort: 1}]", "containerPort: has to be between 1 and 65535"},
        {"env: [{name: A, valueFrom: {resourceFieldRef: {resource: x}}}]",
         "resourceFieldRef: is not supported"},
        {"env: [{name: A, value: 1}]", "env[0].value: has to be text, not a number; put it in quotes"},
        {"env: [{value: a}]", "env[0].name: is missing"},
        {"env: [{name: A, valueFrom: {secretKeyRef: {name: s}}}]", "secretKeyRef.key: is missing"},
        {"envFrom: [{configMapRef: {}}]", "configMapRef.name: is missing"},
        {"args: [1]", "args[0]: has to be text"},
    };
    for (const auto& [fields, part] : table) {
        CAPTURE(fields, part);
        const auto texts = findings_of(with_container(fields));
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:9: spec.pod.spec.containers[0]."));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("pod rules: R32 holds for the pod as a whole and for init containers", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"{}", "spec.pod.spec.containers: has to hold at least one container"},
        {"{containers: [{name: a}, {name: a}]}", "containers[1].name: 'a' is used by another container"},
        {"{initContainers: [{name: a}], containers: [{name: a}]}",
         "containers[0].name: 'a' is used by another"},
        {"{initContainers: [{name: i, lifecycle: {}}], containers: [{name: a}]}",
         "initContainers[0].lifecycle"},
        {"{containers: [{image: i}]}", "containers[0].name: is missing"},
        {"{containers: [{name: a}], volumes: [{name: v, emptyDir: {}}]}", "volumes[0]: has to be a hostPath"},
        {"{containers: [{name: a}], volumes: [{name: v, secret: {secretName: s}}]}",
         "volumes[0]: has to be a hostPath"},
    };
    for (const auto& [pod, part] : table) {
        CAPTURE(pod, part);
        const auto texts = findings_of(with_pod(pod));
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: "));
        CHECK(mentions(texts, part));
    }
    CHECK(mentions(findings_of(head("EdgeWorkload", "w") + "spec: {type: pod}\n"), "at least one container"));
}

TEST_CASE("pod rules: R32 init containers are held to the rules that fit them", "[fleet][unit]") {
    const auto with_init = [](const std::string& fields) {
        return findings_of(
            with_pod("{initContainers: [{name: i, " + fields + "}], containers: [{name: c}]}"));
    };
    CHECK(with_init("ports: [{containerPort: 80}]").empty());
    CHECK(mentions(with_init("ports: [{containerPort: 80, hostPort: 9100}]"),
                   "initContainers[0].ports[0].hostPort: 9100"));
    CHECK(mentions(with_init("livenessProbe: {}"), "initContainers[0].livenessProbe: "));
}

TEST_CASE("pod rules: what devices run although Flotta refuses it is served with a warning",
          "[fleet][unit]") {
    const auto texts =
        findings_of(with_pod("{containers: [{name: a}], volumes: [{name: v, configMap: {name: m}}]}"));
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with("warning: m.yaml:9: spec.pod.spec.volumes[0]: "));
    CHECK(
        findings_of(with_container("resources: {}, env: [{name: A, value: '1'}], lifecycle: null")).empty());
}
