#include "fleet/manifest.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace edgeconf::fleet;

TEST_CASE("manifest: documents, lists and JSON are taken apart", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", head("EdgeDevice", "d1") + head("EdgeDevice", "d2") + "  namespace: plant-1\n");
    folder.write("b.json", R"({"apiVersion":"v1","kind":"List","items":[
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"k":"v"}},
        {"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}]}]})");
    const auto objects = folder.read();
    CHECK(folder.texts.empty());
    CHECK(objects.devices.contains({"default", "d1"}));
    CHECK(objects.devices.contains({"plant-1", "d2"}));
    CHECK(objects.config_maps.at({"default", "c"})->data.at("k") == "v");
    CHECK(objects.secrets.contains({"default", "s"}));
}

TEST_CASE("manifest: what a cluster adds means nothing", "[fleet][unit]") {
    const auto objects = objects_of(head("EdgeDevice", "d") + R"(  uid: 7e435522
  resourceVersion: "13040498"
  generation: 2
  creationTimestamp: "2021-09-22T08:35:25Z"
  finalizers: [x]
  managedFields: [{manager: kubectl, fieldsV1: {"f:spec": {}}}]
  labels: {site: north}
spec: {requestTime: "2021-09-22T08:35:25Z"}
status: {phase: up, hardware: {cpu: {count: many}}}
)" + "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n---\napiVersion: v1\nkind: Event\n");
    REQUIRE(objects.devices.size() == 1);
    CHECK(objects.devices.begin()->second->labels == string_map{{"site", "north"}});
    CHECK(objects.devices.begin()->second->settings == device_settings{});
}

TEST_CASE("manifest: every error names file, line and field", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n", "m.yaml:2: kind: Pod (v1) is not a kind"},
        {"apiVersion: v1\nkind: EdgeDevice\nmetadata: {name: x}\n",
         "m.yaml:1: apiVersion: is v1, but EdgeDevice"},
        {"kind: ConfigMap\nmetadata: {name: x}\n", "m.yaml:1: apiVersion: is missing"},
        {"apiVersion: v1\nmetadata: {name: x}\n", "kind: is missing"},
        {"- a\n- b\n", "m.yaml:1: is no manifest"},
        {"apiVersion: v1\nkind: Secret\n", "metadata.name: is missing"},
        {"apiVersion: v1\nkind: Secret\nmetadata:\n  name: 12\n", "m.yaml:4: metadata.name: has to be text"},
        {head("EdgeDevice", "a/b"), "m.yaml:5: metadata.name: has to be 1 to 253"},
        {head("EdgeDevice", "d") + "  namespace: No_Label\n",
         "m.yaml:6: metadata.namespace: has to be a DNS label"},
        {head("EdgeWorkload", "Web"), "m.yaml:5: metadata.name: has to be 1 to 253 of a-z 0-9 - ."},
        {head("ConfigMap", "a_b"), "m.yaml:5: metadata.name: has to be 1 to 253 of a-z 0-9 - ."},
        {head("EdgeDevice", "d") + "  labels:\n    a: north side\n",
         "m.yaml:7: metadata.labels.a: is no valid value"},
        {head("EdgeDevice", "d") + "  labels:\n    a/b/c: x\n",
         "m.yaml:7: metadata.labels.a/b/c: is no valid key"},
        {head("EdgeDevice", "d") + "  labels:\n    a: " + std::string(64, 'a') + "\n",
         "m.yaml:7: metadata.labels.a: is no valid value"},
        {head("Secret", "s") + "  annotations:\n    a/b/c: x\n",
         "m.yaml:7: metadata.annotations.a/b/c: is no valid key"},
        {head("EdgeDevice", "d") + "  labels:\n    a: b\n    c: yes\n",
         "m.yaml:8: metadata.labels.c: has to be text, not a boolean; put it in quotes"},
        {"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata:\n    namespace: "
         "x\n",
         "m.yaml:6: metadata.name: is missing"},
        {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  a: b\n  a: c\n",
         "m.yaml:6: 'a' is set twice"},
        {"a: [\n", "m.yaml:2: is not valid YAML"},
    };
    for (const auto& [yaml, part] : table) {
        CAPTURE(yaml, part);
        const auto texts = findings_of(yaml);
        CAPTURE(texts);
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("manifest: R19 what is named after a device is named as freely", "[fleet][unit]") {
    CHECK(findings_of(head("EdgeDevice", "Dev_1") + head("PlaybookExecution", "Dev_1-c") +
                      head("EdgeDeviceSignedRequest", "Dev_2") + "spec: {targetNamespace: plant}\n")
              .empty());
}

TEST_CASE("manifest: annotations may say anything, under keys of any case", "[fleet][unit]") {
    CHECK(
        findings_of(head("Secret", "s") + "  annotations: {Example.com/A_b: 'any thing', c: ''}\n").empty());
}

TEST_CASE("manifest: what a cluster would drop is a warning", "[fleet][unit]") {
    const auto texts = findings_of(head("EdgeDevice", "d") + "  label: {site: north}\nspce: {}\n");
    REQUIRE(texts.size() == 2);
    CHECK(mentions(texts, "warning: m.yaml:6: metadata.label: is not a field"));
    CHECK(mentions(texts, "warning: m.yaml:7: spce: is not a field"));
}

TEST_CASE("manifest: all errors of all files are found at once", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", "apiVersion: v1\nkind: Pod\n---\napiVersion: v1\nkind: Job\n");
    folder.write("b.yaml", "a: [");
    folder.write("c.yaml", head("EdgeDevice", "..") + head("EdgeDevice", "good"));
    const auto objects = folder.read();
    CHECK(folder.texts.size() == 4);
    CHECK(objects.devices.size() == 1);
}
