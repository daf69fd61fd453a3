// The way over from a cluster: what kubectl prints of Flotta's objects, of ConfigMaps and of Secrets loads as
// it is.
#include "fleet/read_objects.hpp"

#include "manifest_folder.hpp"
#include "rendered.hpp"
#include "support/catch.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

// As of `kubectl get edgedevices,edgeworkloads,edgedevicesets,edgeconfigs,…,configmaps,secrets -A -o yaml
// --show-managed-fields`.
constexpr const char* exported = R"(apiVersion: v1
items:
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDevice
  metadata:
    creationTimestamp: "2022-09-01T10:00:00Z"
    finalizers:
    - device-finalizer
    generation: 3
    labels:
      config/device-by-config: baseline
      device.cpu-architecture: aarch64
      device.cpu-model: cortex-a72
      edgedeviceSignedRequest: "true"
      flotta/member-of: cameras
      site: north
      workload/removed-long-ago: "true"
      workload/viewer: "true"
    managedFields:
    - apiVersion: management.project-flotta.io/v1alpha1
      fieldsType: FieldsV1
      fieldsV1:
        f:metadata:
          f:finalizers:
            .: {}
            v:"device-finalizer": {}
          f:labels:
            .: {}
            f:site: {}
          f:ownerReferences:
            k:{"uid":"5a4f0f0e-23d4-4a46-9f4c-b5a2c6c5e2f1"}: {}
      manager: manager
      operation: Update
      time: "2022-09-01T10:00:05Z"
    - apiVersion: management.project-flotta.io/v1alpha1
      fieldsType: FieldsV1
      fieldsV1:
        f:status:
          f:phase: {}
      manager: httpapi
      operation: Update
      subresource: status
      time: "2022-10-12T07:31:00Z"
    name: camera-17
    namespace: plant-1
    ownerReferences:
    - apiVersion: v1
      blockOwnerDeletion: true
      kind: ConfigMap
      name: inventory
      uid: 5a4f0f0e-23d4-4a46-9f4c-b5a2c6c5e2f1
    resourceVersion: "881245"
    uid: 0c9a64de-8cc1-4f8e-a6b3-3f2f3c2c1a11
  spec:
    heartbeat:
      hardwareProfile:
        include: true
        scope: delta
      periodSeconds: 5
    requestTime: "2022-09-01T10:00:00Z"
  status:
    PlaybookExec:
    - PlaybookExecutionStatus:
        conditions:
        - lastTransitionTime: "2022-09-01T10:01:00Z"
          status: "True"
          type: Deploying
      name: camera-17-baseline
    hardware:
      cpu:
        architecture: aarch64
        flags: []
        frequency: "1500.00"
      disks: null
      gpus: null
      interfaces:
      - flags: null
        macAddress: dc:a6:32:00:00:01
    lastSyncedResourceVersion: "881001"
    phase: up
    workloads:
    - lastTransitionTime: "2022-09-02T08:00:00Z"
      name: viewer
      phase: Running
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSignedRequest
  metadata:
    creationTimestamp: "2022-09-01T09:59:00Z"
    generation: 2
    name: camera-17
    namespace: default
    resourceVersion: "881002"
    uid: 35f5c0a5-0a37-4c8e-8c1e-0d7b6c4f0a12
  spec:
    approved: true
    features:
      hardware:
        disks: null
        gpus: null
        interfaces: null
      modelName: camera
    targetNamespace: plant-1
    targetSet: cameras
  status:
    conditions:
    - lastTransitionTime: "2022-09-01T10:00:00Z"
      message: device correctly approved
      status: "true"
      type: approved
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeDeviceSet
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"management.project-flotta.io/v1alpha1","kind":"EdgeDeviceSet","metadata":{"annotations":{},"name":"cameras","namespace":"plant-1"},"spec":{"heartbeat":{"periodSeconds":30}}}
    creationTimestamp: "2022-08-30T12:00:00Z"
    generation: 1
    name: cameras
    namespace: plant-1
    resourceVersion: "70012"
    uid: 9a0d9d5d-5f3f-44f5-8a60-2a4c8a1d1c13
  spec:
    heartbeat:
      periodSeconds: 30
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeWorkload
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"kind":"EdgeWorkload"}
      podman/io.containers.autoupdate: registry
    creationTimestamp: "2022-08-30T12:00:00Z"
    finalizers:
    - yggdrasil-device-reference-finalizer
    generation: 1
    labels:
      podman/tier: front
      selector/doesnotexist: "true"
      selector/site: "true"
    name: viewer
    namespace: plant-1
    resourceVersion: "70020"
    uid: 1c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f14
  spec:
    deviceSelector:
      matchLabels:
        site: north
    imageRegistries:
      secretRef:
        name: registry
    pod:
      spec:
        containers:
        - env:
          - name: "ON"
            value: "yes"
          envFrom:
          - configMapRef:
              name: viewer-settings
          image: registry.example/viewer:1.4
          name: viewer
          ports:
          - containerPort: 80
            hostPort: 8080
            protocol: TCP
          resources: {}
    type: pod
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeWorkload
  metadata:
    creationTimestamp: "2022-08-30T12:00:00Z"
    deletionGracePeriodSeconds: 0
    deletionTimestamp: "2022-10-12T07:00:00Z"
    finalizers:
    - yggdrasil-device-reference-finalizer
    generation: 2
    name: old
    namespace: plant-1
    resourceVersion: "70021"
    uid: 2c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f15
  spec:
    deviceSelector: {}
    pod:
      spec:
        containers:
        - image: registry.example/old:1
          name: old
          resources: {}
    type: pod
- apiVersion: management.project-flotta.io/v1alpha1
  kind: EdgeConfig
  metadata:
    generation: 1
    name: baseline
    namespace: plant-1
    resourceVersion: "70030"
    uid: 3c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f16
  spec:
    edgePlaybook:
      playbooks:
      - content: Zm9v
        timeoutSeconds: 150
  status:
    edgePlaybookStatus: {}
- apiVersion: management.project-flotta.io/v1alpha1
  kind: PlaybookExecution
  metadata:
    name: camera-17-baseline
    namespace: plant-1
    ownerReferences:
    - apiVersion: management.project-flotta.io/v1alpha1
      kind: EdgeConfig
      name: baseline
      uid: 3c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f16
    resourceVersion: "70031"
    uid: 4c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f17
  spec:
    executionAttempt: 0
    playbook:
      content: Zm9v
  status:
    conditions:
    - status: "True"
      type: Deploying
- apiVersion: v1
  data:
    ca.crt: |
      -----BEGIN CERTIFICATE-----
      MIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhrM3Mtc2Vy
      -----END CERTIFICATE-----
  kind: ConfigMap
  metadata:
    annotations:
      kubernetes.io/description: Contains a CA bundle that can be used to verify the
        kube-apiserver when using internal endpoints such as the internal service
        IP or kubernetes.default.svc. No other usage is guaranteed across distributions
        of Kubernetes clusters.
    creationTimestamp: "2022-08-01T00:00:00Z"
    name: kube-root-ca.crt
    namespace: plant-1
    resourceVersion: "301"
    uid: 5c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f18
- apiVersion: v1
  binaryData:
    logo.png: iVBORw0KGgo=
  data:
    LANGUAGE: en
    PORT: "8080"
  immutable: false
  kind: ConfigMap
  metadata:
    name: viewer-settings
    namespace: plant-1
    resourceVersion: "302"
    uid: 6c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f19
- apiVersion: v1
  data:
    .dockerconfigjson: eyJhdXRocyI6e319
  immutable: true
  kind: Secret
  metadata:
    name: registry
    namespace: plant-1
    resourceVersion: "303"
    uid: 7c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f20
  type: kubernetes.io/dockerconfigjson
- apiVersion: v1
  data:
    ca.crt: LS0tLS1CRUdJTg==
    namespace: cGxhbnQtMQ==
    token: ZXlKaGJHY2lPaUpTVXpJMU5pSjk=
  kind: Secret
  metadata:
    annotations:
      kubernetes.io/service-account.name: default
      kubernetes.io/service-account.uid: 8c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f21
    name: default-token-x7k2p
    namespace: plant-1
    resourceVersion: "304"
    uid: 9c5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f22
  type: kubernetes.io/service-account-token
- apiVersion: v1
  data:
    auth-extra-groups: c3lzdGVtOmJvb3RzdHJhcHBlcnM=
    expiration: MjAyMi0xMC0xM1QwMDowMDowMFo=
    token-id: YWJjZGVm
    usage-bootstrap-signing: dHJ1ZQ==
  kind: Secret
  metadata:
    name: bootstrap-token-abcdef
    namespace: kube-system
    resourceVersion: "305"
    uid: ac5bd7e2-2c3b-4a8a-bb4f-6b1c2d3e4f23
  type: bootstrap.kubernetes.io/token
- apiVersion: v1
  kind: Secret
  metadata:
    name: nothing-in-it
    namespace: plant-1
  type: Opaque
kind: List
metadata:
  resourceVersion: ""
  selfLink: ""
)";

} // namespace

TEST_CASE("export: what kubectl prints loads without an error and keeps what counts", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("m.yaml", exported);
    const auto objects = folder.read();
    CAPTURE(folder.texts);
    REQUIRE(folder.texts.size() == 1);
    CHECK(folder.texts[0].starts_with("warning: m.yaml:"));
    CHECK(mentions(folder.texts, "metadata.deletionTimestamp: is set"));

    CHECK(objects.devices.at({"plant-1", "camera-17"})->labels ==
          string_map{{"config/device-by-config", "baseline"},
                     {"device.cpu-architecture", "aarch64"},
                     {"device.cpu-model", "cortex-a72"},
                     {"flotta/member-of", "cameras"},
                     {"site", "north"}});
    CHECK(objects.requests.at({"default", "camera-17"})->approved);
    CHECK(objects.requests.at({"default", "camera-17"})->target_set == "cameras");
    CHECK(objects.sets.at({"plant-1", "cameras"})->settings.heartbeat->period_seconds == 30);
    REQUIRE(objects.workloads.size() == 1);
    CHECK(objects.workloads.at({"plant-1", "viewer"})->labels.at("podman/tier") == "front");
    CHECK(objects.workloads.at({"plant-1", "viewer"})->annotations ==
          string_map{{"podman/io.containers.autoupdate", "registry"}});
    CHECK(objects.configs.at({"plant-1", "baseline"})->playbooks == std::vector<std::string>{"foo"});
    CHECK(objects.executions.size() == 1);
    CHECK(objects.config_maps.size() == 2);
    CHECK(objects.secrets.size() == 4);
}

TEST_CASE("export: a workload gets the specification that it had in the cluster", "[fleet][unit]") {
    // In `default`, where the message under test is made.
    std::string yaml{exported};
    for (auto at = yaml.find("namespace: plant-1"); at != std::string::npos;
         at = yaml.find("namespace: plant-1")) {
        yaml.replace(at, 18, "namespace: default");
    }
    const auto message = json::value(configuration_of(yaml, {"camera-17"}));
    REQUIRE(message.at("workloads").as_array().size() == 1);
    CHECK(message.at_pointer("/workloads/0/specification") == R"(containers:
- env:
  - name: "ON"
    value: "yes"
  envFrom:
  - configMapRef:
      name: viewer-settings
  image: registry.example/viewer:1.4
  name: viewer
  ports:
  - containerPort: 80
    hostPort: 8080
    protocol: TCP
  resources: {}
)");
    CHECK(message.at_pointer("/configuration/heartbeat/period_seconds") == 30);
    CHECK(message.at_pointer("/workloads/0/imageRegistries/authFile") == R"({"auths":{}})");
}
