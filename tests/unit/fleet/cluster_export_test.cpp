#include "fleet/cluster_export.hpp"

#include "fleet/device_document.hpp"
#include "fleet/finding.hpp"
#include "fleet/read_import.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

using namespace edgeconf::fleet;

namespace {

namespace json = boost::json;

struct reading {
    imported_fleet fleet;
    std::vector<std::string> findings; // "error: line: ...", "warning: line: ..."
};

reading read(std::string_view text) {
    manifest_folder folder;
    folder.write("export", text);
    findings found;
    reading made{read_import(folder.path() / "export", found), {}};
    for (const auto& each : found.all()) {
        made.findings.push_back((each.level == severity::error ? "error: " : "warning: ") +
                                each.text.substr((folder.path() / "export").string().size() + 1));
    }
    return made;
}

imported_fleet fleet_of(std::string_view text) {
    auto made = read(text);
    CAPTURE(made.findings);
    REQUIRE_FALSE(mentions(made.findings, "error: "));
    return std::move(made.fleet);
}

const imported_device& device(const imported_fleet& fleet, std::string_view id) {
    const auto found = std::find_if(fleet.devices.begin(), fleet.devices.end(),
                                    [&](const auto& each) { return each.id == id; });
    REQUIRE(found != fleet.devices.end());
    return *found;
}

device_record record(const imported_device& from) {
    device_record made;
    read_membership(from.membership, made);
    read_status(from.status, made);
    return made;
}

json::value hardware_of(const imported_device& from) {
    static const hardware_codec codec;
    const auto text = codec.unpack(from.hardware).value();
    return text.empty() ? json::value{} : json::parse(text);
}

// As kubectl prints a list of many kinds.
constexpr std::string_view whole_cluster = R"(apiVersion: v1
items:
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDevice
  metadata:
    creationTimestamp: "2022-11-03T10:11:14Z"
    finalizers:
    - device-finalizer
    generation: 2
    labels:
      app: pumps
      config/device-by-config: tune
      device.cpu-architecture: x86_64
      device.hostname: pump-1
      device.system-product: kept-by-label-alone
      workload/nginx: "true"
    managedFields:
    - apiVersion: management.project-flotta.io/v1alpha1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata: {}
      manager: manager
      operation: Update
      time: "2022-11-03T10:11:14Z"
    name: pump-1
    namespace: plant-1
    resourceVersion: "4711"
    uid: 0e6e4b5c-71a9-4a5e-8f5e-6a4c9d2b8a10
  spec:
    heartbeat:
      periodSeconds: 5
    requestTime: "2022-11-03T10:11:13Z"
  status:
    PlaybookExec:
    - PlaybookExecutionStatus:
        conditions:
        - lastTransitionTime: "2022-11-03T10:20:00Z"
          status: "True"
          type: Deploying
        - lastTransitionTime: "2022-11-03T10:21:00Z"
          status: "True"
          type: SuccessfullyCompleted
      name: pump-1-tune
    - PlaybookExecutionStatus: {}
      name: pump-1-gone
    hardware:
      hostname: pump-1
      memory:
        physicalBytes: 4096
        usableBytes: 2048
    lastSyncedResourceVersion: "4700"
    phase: up
    upgradeInformation:
      currentCommitID: c0ffee
      lastUpgradeStatus: succeeded
      lastUpgradeTime: 2022-11-03
    workloads:
    - lastDataUpload: "0001-01-01T00:00:00Z"
      lastTransitionTime: "2022-11-03T10:15:00Z"
      name: nginx
      phase: Running
    - lastDataUpload: "2022-11-03T11:00:00Z"
      name: agent
      phase: Exited
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDevice
  metadata:
    creationTimestamp: "2022-11-03T12:00:00Z"
    labels:
      edgedeviceSignedRequest: "true"
      flotta/member-of: pumps
    name: pump-2
    namespace: plant-1
  spec:
    requestTime: "2022-11-03T12:00:00Z"
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSignedRequest
  metadata:
    creationTimestamp: "2022-11-03T10:11:12Z"
    name: pump-1
    namespace: default
  spec:
    approved: true
    features:
      hardware:
        cpu:
          architecture: x86_64
          count: 4
          frequency: "2400.50"
          modelName: Some CPU @ 2.4GHz
        hostname: localhost
      modelName: OnLogic
    targetNamespace: plant-1
  status:
    conditions:
    - lastTransitionTime: "2022-11-03T10:11:12Z"
      message: device is waiting for approval
      status: "false"
      type: pending
    - lastTransitionTime: "2022-11-03T10:11:13Z"
      message: device correctly approved
      status: "true"
      type: approved
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSignedRequest
  metadata:
    creationTimestamp: "2022-11-04T00:00:00Z"
    name: waiting
    namespace: default
  spec:
    approved: false
    features:
      hardware:
        hostname: waiting
    targetNamespace: plant-2
    targetSet: pumps
  status:
    conditions:
    - lastTransitionTime: "2022-11-04T00:00:00Z"
      status: "true"
      type: pending
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSignedRequest
  metadata:
    creationTimestamp: "2022-11-04T00:00:00Z"
    name: unwanted
    namespace: default
  spec:
    targetNamespace: plant-2
  status:
    conditions:
    - lastTransitionTime: "2022-11-05T00:00:00Z"
      status: "True"
      type: declined
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSignedRequest
  metadata:
    creationTimestamp: "2022-11-04T00:00:00Z"
    name: gone
    namespace: default
  spec:
    approved: true
    targetNamespace: plant-2
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeConfig
  metadata:
    name: tune
    namespace: plant-1
  spec:
    edgePlaybook:
      playbooks:
      - content: MQ==
- apiVersion: v1
  data:
    key: value
  kind: ConfigMap
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","kind":"ConfigMap"}
    creationTimestamp: "2022-11-03T09:00:00Z"
    name: settings
    namespace: plant-1
    resourceVersion: "12"
    uid: 5f0c2c3c-0000-4a5e-8f5e-6a4c9d2b8a10
- apiVersion: v1
  data:
    ca.crt: certificate
  kind: ConfigMap
  metadata:
    name: kube-root-ca.crt
    namespace: plant-1
- apiVersion: v1
  data:
    ca.crt: certificate
  kind: ConfigMap
  metadata:
    name: somebody-elses
    namespace: kube-system
- apiVersion: v1
  data:
    token: dG9rZW4=
  kind: Secret
  metadata:
    name: default-token-x7k2p
    namespace: plant-1
  type: kubernetes.io/service-account-token
- apiVersion: v1
  data:
    release: cmVsZWFzZQ==
  kind: Secret
  metadata:
    name: sh.helm.release.v1.flotta.v1
    namespace: plant-1
  type: helm.sh/release.v1
- apiVersion: v1
  data:
    .dockerconfigjson: e30=
  kind: Secret
  metadata:
    name: registry
    namespace: plant-1
  type: kubernetes.io/dockerconfigjson
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: plant-1
kind: List
metadata:
  resourceVersion: ""
)";

} // namespace

TEST_CASE("cluster_export: a registered device stays what it was", "[fleet][unit]") {
    const auto fleet = fleet_of(whole_cluster);
    const auto& imported = device(fleet, "pump-1");
    const auto pump = record(imported);
    CHECK(pump.state == device_state::known);
    CHECK(pump.ns == "plant-1");
    REQUIRE(pump.request);
    CHECK(pump.request->ns == "plant-1");
    CHECK(pump.request->model_name == "OnLogic");
    CHECK(pump.request->made == 1667470272);
    CHECK(pump.request->decided == 1667470273);
    CHECK(pump.given_labels == label_map{{"app", "pumps"}, {"config/device-by-config", "tune"}});
    REQUIRE(pump.given);
    CHECK(pump.given->text == R"({"heartbeat":{"periodSeconds":5}})");

    CHECK(pump.status.registered == 1667470274);
    CHECK(pump.status.phase == "up");
    CHECK(pump.status.version.empty());
    REQUIRE(pump.status.upgrade);
    CHECK(pump.status.upgrade->commit_id == "c0ffee");
    REQUIRE(pump.status.workloads.size() == 2);
    CHECK(pump.status.workload("nginx")->phase.get() == "Running");
    CHECK(pump.status.workload("nginx")->since == 1667470500);
    CHECK(pump.status.workload("nginx")->last_data_upload.get().empty());
    CHECK(pump.status.workload("agent")->last_data_upload.get() == "2022-11-03T11:00:00Z");
}

TEST_CASE("cluster_export: R20 no key of a device that is in use is known, and none is taken for it",
          "[fleet][unit]") {
    const auto fleet = fleet_of(whole_cluster);
    const auto pump = record(device(fleet, "pump-1"));
    CHECK(pump.pin.state() == pin_state::none);
    CHECK(pump.status.connection == connection::offline);
    const auto fresh = record(device(fleet, "pump-2"));
    CHECK(fresh.status.connection == connection::never);
}

TEST_CASE("cluster_export: R13 a device that is approved and has not registered yet may", "[fleet][unit]") {
    const auto pump = record(device(fleet_of(whole_cluster), "pump-2"));
    CHECK(pump.state == device_state::known);
    CHECK(pump.status.registered == 0);
    CHECK(pump.given_labels == label_map{{"flotta/member-of", "pumps"}});
    CHECK_FALSE(pump.given);
}

TEST_CASE("cluster_export: R36 hardware that Flotta has overwritten is filled in from the request",
          "[fleet][unit]") {
    const auto hardware = hardware_of(device(fleet_of(whole_cluster), "pump-1")).get_object();
    CHECK(hardware.at("hostname") == "pump-1");
    CHECK(hardware.at("memory").at("physical_bytes") == 4096);
    CHECK(hardware.at("cpu").at("model_name") == "Some CPU @ 2.4GHz");
    CHECK(hardware.at("cpu").at("frequency") == 2400.5);
}

TEST_CASE("cluster_export: R17 labels that come from hardware are reported, also when it is gone",
          "[fleet][unit]") {
    const auto pump = record(device(fleet_of(whole_cluster), "pump-1"));
    CHECK(pump.reported_labels == label_map{{"device.cpu-architecture", "x86_64"},
                                            {"device.cpu-model", "somecpu2.4ghz"},
                                            {"device.hostname", "pump-1"},
                                            {"device.system-product", "kept-by-label-alone"}});
}

TEST_CASE("cluster_export: R34 a playbook that a device has run is not offered again", "[fleet][unit]") {
    auto pump = record(device(fleet_of(whole_cluster), "pump-1"));
    REQUIRE(pump.offer);
    CHECK(pump.offer->history.executions().size() == 1);
    const std::string text = "1";
    const std::string edited = "2";
    CHECK(pump.offer->history.offer({{"pump-1-tune", &text}}) == "[]");
    CHECK(pump.offer->history.offer({{"pump-1-tune", &edited}}) != "[]");
}

TEST_CASE("cluster_export: R7a requests wait, are denied, or wait though approved", "[fleet][unit]") {
    const auto fleet = fleet_of(whole_cluster);
    const auto waiting = record(device(fleet, "waiting"));
    CHECK(waiting.state == device_state::pending);
    CHECK(waiting.ns == "plant-2");
    CHECK(waiting.request->set == "pumps");
    CHECK(waiting.request->made == 1667520000);
    CHECK(waiting.request->decided == 0);
    CHECK(waiting.reported_labels.empty());
    CHECK(hardware_of(device(fleet, "waiting")).at("hostname") == "waiting");

    const auto unwanted = record(device(fleet, "unwanted"));
    CHECK(unwanted.state == device_state::denied);
    CHECK(unwanted.request->decided == 1667606400);

    CHECK(record(device(fleet, "gone")).state == device_state::pending);
    CHECK(mentions(fleet.notes, "wait for an approval here: 1 (gone)"));
}

TEST_CASE("cluster_export: what the cluster keeps for itself stays there", "[fleet][unit]") {
    const auto fleet = fleet_of(whole_cluster);
    std::vector<std::string> keys;
    for (const auto& each : fleet.objects) keys.push_back(to_string(each.key));
    CHECK(keys == std::vector<std::string>{"EdgeConfig plant-1/tune", "ConfigMap plant-1/settings",
                                           "Secret plant-1/registry"});
    CHECK(mentions(fleet.notes, "made for itself, left out: 3"));
    CHECK(mentions(fleet.notes, "without devices, workloads and sets, left out: 1"));
    CHECK(mentions(fleet.notes, "Deployment, not a kind of a fleet, left out: 1"));
    CHECK(json::parse(fleet.objects[1].text) ==
          json::parse(R"({"apiVersion":"v1","data":{"key":"value"},"kind":"ConfigMap","metadata":
              {"creationTimestamp":"2022-11-03T09:00:00Z","name":"settings","namespace":"plant-1"}})"));
}

TEST_CASE("cluster_export: Flotta's own keys stay where they are", "[fleet][unit]") {
    const auto fleet =
        fleet_of(head("EdgeDeviceSet", "set") + head("Secret", "flotta-ca") +
                 head("Secret", "flotta-host-certificate") + head("Secret", "reg-client-ca-abcde") +
                 "  labels: {reg-client-ca: 'true'}\n" + head("ConfigMap", "flotta-edge-api-config"));
    CHECK(fleet.objects.size() == 1);
    CHECK(mentions(fleet.notes, "made for itself, left out: 4"));
}

TEST_CASE("cluster_export: JSON is read as YAML is, and several texts as one", "[fleet][unit]") {
    const auto fleet = fleet_of(R"({
    "apiVersion": "v1",
    "items": [
        {"apiVersion": "management.project-flotta.io/v1alpha1", "kind": "EdgeDevice",
         "metadata": {"name": "a", "namespace": "default"},
         "status": {"phase": "up", "lastSeenTime": "2022-11-03T10:11:12Z"}}
    ],
    "kind": "List",
    "metadata": {"resourceVersion": "", "selfLink": ""}
}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDeviceList
items:
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDevice
  metadata: {name: b}
)");
    REQUIRE(fleet.devices.size() == 2);
    CHECK(device(fleet, "a").heard == 1667470272);
    CHECK(device(fleet, "a").hardware.empty());
    CHECK(record(device(fleet, "b")).ns == "default");
}

TEST_CASE("cluster_export: all that does not fit is told, with line and field", "[fleet][unit]") {
    const auto made =
        read(head("EdgeDevice", "a") + "spec: {heartbeat: {periodSeconds: x}}\n" + head("EdgeDevice", "b") +
             "status: {phase: [up]}\n" + head("EdgeDevice", "B") + head("EdgeDevice", "c") +
             "status: {hardware: {cpu: {count: x}}}\n" + head("EdgeDeviceSignedRequest", "d") +
             "spec: {targetNamespace: e, features: {hardware: {hostname: 7}}}\n" + head("EdgeDevice", "..") +
             head("EdgeDevice", "f") + "status: {phase: up, lastSeenTime: now}\n" + head("ConfigMap", "ok") +
             "---\n7\n---\nkind: EdgeDevice\n---\n{}\n");
    CAPTURE(made.findings);
    CHECK(made.fleet.devices.empty());
    CHECK(made.fleet.objects.empty());
    for (const auto* says :
         {"error: 2: spec.heartbeat.periodSeconds", "error: 8: device b: status: /status",
          "error: 14: metadata.name: B differs from b", "error: 19: device c: status: /hardware/cpu/count",
          "error: 25: device d: features: /hardware/hostname", "error: 31: metadata.name",
          "error: 36: device f: has a time", "is no object of a cluster", "apiVersion: is missing",
          "kind: is missing"}) {
        CAPTURE(says);
        CHECK(mentions(made.findings, says));
    }
}

TEST_CASE("cluster_export: a file that cannot be read is an error", "[fleet][unit]") {
    findings found;
    CHECK(read_import("/nowhere/at/all", found).devices.empty());
    CHECK(found.failed());
    findings of_folder;
    read_import("/", of_folder);
    CHECK(of_folder.failed());
}

TEST_CASE("cluster_export: a text that is no list of anything is no fleet", "[fleet][unit]") {
    for (const auto* text : {"", "# nothing", "[1, 2]", "items: 7\nkind: List\n", "a: &a [*a]", "\xff",
                             "kind: List\nitems: [7]\n"}) {
        CAPTURE(text);
        const auto made = read(text);
        CHECK(made.fleet.devices.empty());
        CHECK(mentions(made.findings, "error: "));
    }
}
