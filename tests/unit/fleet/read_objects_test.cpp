#include "fleet/read_objects.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace edgeconf::fleet;

TEST_CASE("read objects: an object defined twice names both places", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("a.yaml", head("EdgeDeviceSet", "s"));
    folder.write("b.yaml", "\n" + head("EdgeDeviceSet", "s"));
    folder.read();
    REQUIRE(folder.texts.size() == 1);
    CHECK(folder.texts[0] ==
          "error: b.yaml:6: metadata.name: default/s is defined already at a.yaml:2; keep one of them");
    CHECK(findings_of(head("ConfigMap", "s") + head("Secret", "s") + head("ConfigMap", "s") +
                      "  namespace: plant\n")
              .empty());
}

TEST_CASE("read objects: R19 a device id exists once, in one spelling", "[fleet][unit]") {
    const auto request = [](const char* name) {
        return head("EdgeDeviceSignedRequest", name) + "spec: {targetNamespace: plant}\n";
    };
    CHECK(mentions(findings_of(head("EdgeDevice", "Dev") + head("EdgeDevice", "dev")),
                   "m.yaml:10: metadata.name: dev differs from Dev at m.yaml:2 in case alone"));
    CHECK(mentions(findings_of(head("EdgeDevice", "Dev") + request("dev")), "in case alone"));
    CHECK(
        mentions(findings_of(head("EdgeDevice", "dev") + head("EdgeDevice", "dev") + "  namespace: plant\n"),
                 "dev is in another namespace at m.yaml:2"));
    CHECK(findings_of(head("EdgeDevice", "dev") + "  namespace: plant\n" + request("dev")).empty());
}

TEST_CASE("read objects: stringData goes over data", "[fleet][unit]") {
    const auto objects =
        objects_of(head("Secret", "s") + "data: {a: Zm9v, b: Zm9v}\nstringData: {b: bar, c: '1'}\n");
    CHECK(objects.secrets.at({"default", "s"})->data == string_map{{"a", "foo"}, {"b", "bar"}, {"c", "1"}});
}

TEST_CASE("read objects: a bad Secret is an error that does not show its value", "[fleet][unit]") {
    const auto texts = findings_of(head("Secret", "s") + "data: {a: hunter2!}\n");
    CHECK(mentions(texts, "m.yaml:6: data.a: has to be base64"));
    CHECK_FALSE(mentions(texts, "hunter2"));
}

TEST_CASE("read objects: requests carry approval, target and refusal", "[fleet][unit]") {
    struct row {
        std::string yaml;
        bool approved;
        bool declined;
    };
    const std::vector<row> table{
        {"spec: {targetNamespace: plant}\n", false, false},
        {"spec: {targetNamespace: plant, approved: true}\n", true, false},
        {"spec: {targetNamespace: plant}\nstatus: {conditions: [{type: declined, status: \"True\"}]}\n",
         false, true},
        {"spec: {targetNamespace: plant}\nstatus: {conditions: [{type: declined, status: \"false\"}]}\n",
         false, false},
        {"spec: {targetNamespace: plant}\nstatus: {conditions: [{type: approved, status: \"true\"}]}\n",
         false, false},
    };
    for (const auto& each : table) {
        CAPTURE(each.yaml);
        const auto objects = objects_of(head("EdgeDeviceSignedRequest", "d") + each.yaml);
        const auto& request = *objects.requests.at({"default", "d"});
        CHECK(request.target_namespace == "plant");
        CHECK(request.approved == each.approved);
        CHECK(request.declined == each.declined);
    }
    CHECK(mentions(findings_of(head("EdgeDeviceSignedRequest", "d")), "spec.targetNamespace: is missing"));
    CHECK(mentions(findings_of(head("EdgeDeviceSignedRequest", "d") + "spec: {targetNamespace: A}\n"),
                   "DNS label"));
    for (const auto* set : {"no set", "-", "a/b", "'é'"}) {
        CHECK(mentions(findings_of(head("EdgeDeviceSignedRequest", "d") +
                                   "spec: {targetNamespace: plant, targetSet: " + set + "}\n"),
                       "spec.targetSet: has to name an EdgeDeviceSet"));
    }
    CHECK(mentions(findings_of(head("EdgeDeviceSignedRequest", "d") +
                               "spec: {targetNamespace: plant, targetSet: " + std::string(64, 's') + "}\n"),
                   "spec.targetSet: has to name an EdgeDeviceSet"));
    const auto longest = std::string(63, 's');
    CHECK(objects_of(head("EdgeDeviceSignedRequest", "d") +
                     "spec: {targetNamespace: plant, targetSet: " + longest + "}\n")
              .requests.at({"default", "d"})
              ->target_set == longest);
}

TEST_CASE("read objects: playbooks are decoded, and have to be text", "[fleet][unit]") {
    const auto objects = objects_of(
        head("EdgeConfig", "c") + "spec: {edgePlaybook: {playbooks: [{content: YQ==}, {content: Yg==}]}}\n" +
        head("PlaybookExecution", "Dev-c") + "spec: {playbook: {content: Yw==}}\n" +
        head("PlaybookExecution", "empty") + "spec:\n");
    CHECK(objects.configs.at({"default", "c"})->playbooks == std::vector<std::string>{"a", "b"});
    CHECK(objects.executions.at({"default", "Dev-c"})->playbook == "c");
    CHECK(objects.executions.size() == 1);
    for (const auto* content : {"plain text", "/w=="}) {
        const auto yaml =
            head("EdgeConfig", "c") + "spec: {edgePlaybook: {playbooks: [{content: " + content + "}]}}\n";
        CHECK(mentions(findings_of(yaml),
                       "spec.edgePlaybook.playbooks[0].content: has to be the playbook's text in base64"));
    }
}

TEST_CASE("read objects: R33 Flotta's bookkeeping in a device's labels is not read", "[fleet][unit]") {
    const auto objects =
        objects_of(head("EdgeDevice", "d") +
                   "  labels: {workload/web: 'true', edgedeviceSignedRequest: 'true', site: north, "
                   "workloads: x, config/device-by-config: c}\n");
    CHECK(objects.devices.at({"default", "d"})->labels ==
          string_map{{"site", "north"}, {"workloads", "x"}, {"config/device-by-config", "c"}});
}

TEST_CASE("read objects: R28 a workload that was being deleted is left out, a device stays",
          "[fleet][unit]") {
    manifest_folder folder;
    folder.write("m.yaml", head("EdgeDevice", "d") + "  deletionTimestamp: \"2022-10-01T00:00:00Z\"\n" +
                               head("EdgeWorkload", "w") + "  deletionTimestamp: \"2022-10-01T00:00:00Z\"\n" +
                               "spec: {type: pod}\n");
    const auto objects = folder.read();
    CHECK(objects.devices.size() == 1);
    CHECK(objects.workloads.empty());
    REQUIRE(folder.texts.size() == 2);
    CHECK(mentions(folder.texts, "warning: m.yaml:6: metadata.deletionTimestamp: was deleted"));
    CHECK(mentions(folder.texts, "warning: m.yaml:12: metadata.deletionTimestamp: is set"));
}

TEST_CASE("read objects: R27 a bucket claimed on OpenShift is not silently lost", "[fleet][unit]") {
    const auto texts = findings_of(head("EdgeDevice", "d") + "status: {dataObc: d}\n");
    REQUIRE(texts.size() == 1);
    CHECK(texts[0].starts_with("warning: m.yaml:6: status.dataObc: names a bucket"));
}

TEST_CASE("read objects: R31 requests are not approved unless they say so", "[fleet][unit]") {
    const auto objects =
        objects_of(head("EdgeDeviceSignedRequest", "d") + "spec: {targetNamespace: plant}\n");
    CHECK_FALSE(objects.requests.at({"default", "d"})->approved);
}

TEST_CASE("read objects: ConfigMaps and Secrets are held to a cluster's rules", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {head("ConfigMap", "m") + "data: {a/b: x}\n", "data.a/b: is no valid key"},
        {head("ConfigMap", "m") + "data: {a: 1}\n", "data.a: has to be text, not a number; put it in quotes"},
        {head("ConfigMap", "m") + "immutable: 1\n", "immutable: has to be true or false"},
        {head("Secret", "s") + "stringData: {..a: x}\n", "stringData...a: is no valid key"},
        {head("Secret", "s") + "data: {a/b: Zm9v}\n", "data.a/b: is no valid key"},
        {head("Secret", "s") + "type: 1\n", "type: has to be text"},
    };
    for (const auto& [yaml, part] : table) {
        CAPTURE(yaml, part);
        const auto texts = findings_of(yaml);
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:6: "));
        CHECK(mentions(texts, part));
    }
    CHECK(mentions(findings_of(head("ConfigMap", "m") + "binaryData: {a: '?'}\n"),
                   "error: m.yaml:6: binaryData.a: has to be base64"));
    CHECK(mentions(findings_of(head("ConfigMap", "m") + "data: {a: x}\nbinaryData: {a: Zm9v}\n"),
                   "error: m.yaml:7: binaryData.a: is a key of data, too"));
    CHECK(mentions(findings_of(head("ConfigMap", "m") + "dta: {}\n"),
                   "warning: m.yaml:6: dta: is not a field"));
}
