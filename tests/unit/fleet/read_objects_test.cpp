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
