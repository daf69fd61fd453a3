#include "fleet/read_workload.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <utility>

using namespace edgeconf::fleet;

namespace {

std::string workload(const std::string& spec, const std::string& pod = "{containers: [{name: c}]}") {
    return head("EdgeWorkload", "w") +
           "  labels: {podman/l: v, podmanx: x, app: x}\n  annotations: {podman/a.b: v, z: x}\n" +
           "spec: {type: pod, " + spec + (spec.empty() ? "" : ", ") + "pod: {spec: " + pod + "}}\n";
}

edge_workload read(const std::string& text) { return *objects_of(text).workloads.at({"default", "w"}); }

} // namespace

TEST_CASE("read workload: R33 a selector is absent, empty or made of requirements", "[fleet][unit]") {
    CHECK_FALSE(read(workload("")).selector);
    CHECK_FALSE(read(workload("deviceSelector: null")).selector);
    CHECK(read(workload("deviceSelector: {}")).selector->requirements.empty());
    const auto made = read(workload("deviceSelector: {matchLabels: {a: b}, matchExpressions: [{key: k, "
                                    "operator: NotIn, values: [x, z]}]}"));
    REQUIRE(made.selector->requirements.size() == 2);
    CHECK(made.selector->requirements[0].is == selector_operator::in);
    CHECK(made.selector->requirements[1].is == selector_operator::not_in);
    CHECK(made.selector->requirements[1].values == std::vector<std::string>{"x", "z"});
}

TEST_CASE("read workload: what does not fit is an error with its field", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"deviceSelector: {matchExpressions: [{key: k, operator: In}]}",
         "matchExpressions[0].values: needs at least one"},
        {"deviceSelector: {matchExpressions: [{key: k, operator: Exists, values: [a]}]}",
         "values: has to be empty"},
        {"deviceSelector: {matchExpressions: [{key: k, operator: Like}]}", "operator: has to be In"},
        {"deviceSelector: {matchExpressions: [{operator: Exists}]}", "key: is missing"},
        {"deviceSelector: {matchExpressions: [{key: k}]}", "operator: is missing"},
        {"deviceSelector: {matchLabels: {a: 1}}", "spec.deviceSelector.matchLabels.a: has to be text"},
        {"deviceSelector: {matchLabels: {a b: c}}",
         "spec.deviceSelector.matchLabels.a b: is no key of a label"},
        {"deviceSelector: {matchLabels: {a: 'b c'}}",
         "spec.deviceSelector.matchLabels.a: is no value of a label"},
        {"deviceSelector: {matchExpressions: [{key: a/b/c, operator: Exists}]}",
         "matchExpressions[0].key: is no key of a label"},
        {"deviceSelector: {matchExpressions: [{key: k, operator: In, values: [x, 'y z']}]}",
         "matchExpressions[0].values[1]: is no value of a label"},
        {"deviceSelector: {matchExpressions: [{key: k, operator: NotIn, values: [1]}]}",
         "matchExpressions[0].values[0]: has to be text"},
        {"deviceSelector: {matchExpressions: [{key: k, operator: DoesNotExist, values: [a]}]}",
         "values: has to be empty"},
        {"device: 5", "spec.device: has to be text"},
        {"data: {egress: [{source: a}]}", "spec.data.egress[0].target: is missing"},
        {"metrics: {port: 70000}", "spec.metrics.port: has to be between 0 and 65535"},
        {"metrics: {containers: {c: {port: x}}}", "spec.metrics.containers.c.port: has to be a whole number"},
        {"imageRegistries: {secretRef: {}}", "spec.imageRegistries.secretRef.name: is missing"},
    };
    for (const auto& [spec, part] : table) {
        CAPTURE(spec, part);
        const auto texts = findings_of(workload(spec));
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:8: spec."));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("read workload: what Flotta needs and devices do not is a warning", "[fleet][unit]") {
    const auto untyped =
        findings_of(head("EdgeWorkload", "w") + "spec: {pod: {spec: {containers: [{name: c}]}}}\n");
    REQUIRE(untyped.size() == 1);
    CHECK(untyped[0].starts_with("warning: m.yaml:6: spec.type: is missing"));
    for (const auto* spec :
         {"selector: {}", "imageRegistries: {secret: {name: s}}", "data: {paths: []}", "metrics: {prt: 1}",
          "deviceSelector: {matchLabel: {a: b}}", "device: d, deviceSelector: {}"}) {
        CAPTURE(spec);
        const auto texts = findings_of(workload(spec));
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("warning: m.yaml:8: spec."));
    }
}

TEST_CASE("read workload: R33 a name too long for a label runs with a warning", "[fleet][unit]") {
    const auto named = [](std::size_t length) {
        return findings_of(head("EdgeWorkload", std::string(length, 'w')) +
                           "spec: {type: pod, pod: {spec: {containers: [{name: c}]}}}\n");
    };
    CHECK(named(63).empty());
    REQUIRE(named(64).size() == 1);
    CHECK(named(64)[0].starts_with("warning: m.yaml:5: metadata.name: is longer than 63 characters"));
}

TEST_CASE("read workload: R31 metrics have defaults", "[fleet][unit]") {
    const auto metrics = read(workload("metrics: {port: 1, containers: {c: {}}}")).metrics;
    CHECK(metrics->path == "/");
    CHECK(metrics->interval == 60);
    CHECK(metrics->containers.at("c").path == "/");
}

TEST_CASE("read workload: R29 references come from environments, and volumes for ConfigMaps",
          "[fleet][unit]") {
    const auto made = *objects_of(workload("", R"({
        initContainers: [{name: i, envFrom: [{configMapRef: {name: m1, optional: true}}, {secretRef: {name: s1}}]}],
        containers: [{name: c, env: [{name: P, value: x},
          {name: A, valueFrom: {configMapKeyRef: {name: m1, key: k2}}},
          {name: B, valueFrom: {configMapKeyRef: {name: m1, key: k1}}},
          {name: C, valueFrom: {configMapKeyRef: {name: m1, key: k0, optional: true}}},
          {name: D, valueFrom: {secretKeyRef: {name: s2, key: k, optional: true}}}]}],
        volumes: [{name: v, configMap: {name: m2, items: [{key: f, path: f}]}}, {name: h, hostPath: {path: /h}}]})"))
                           .workloads.at({"default", "w"});
    REQUIRE(made.config_maps.size() == 2);
    CHECK(made.config_maps.at("m1").required);
    CHECK(made.config_maps.at("m1").keys == std::vector<std::string>{"k1", "k2"});
    CHECK(made.config_maps.at("m2").keys == std::vector<std::string>{"f"});
    REQUIRE(made.secrets.size() == 2);
    CHECK(made.secrets.at("s1").required);
    CHECK_FALSE(made.secrets.at("s2").required);
}
