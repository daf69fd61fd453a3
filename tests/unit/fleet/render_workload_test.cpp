#include "fleet/render_workload.hpp"

#include "fleet/reference.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

struct rendered_workload {
    json::value workload;
    std::vector<json::value> secrets;
    problem_list problems;
};

rendered_workload render(const std::string& spec, const std::string& others = {}) {
    const auto objects =
        objects_of(others + head("EdgeWorkload", "w") +
                   "  labels: {podman/b: '2', podman/a: '1'}\nspec: {type: pod, " + spec + "}\n");
    rendered_workload result;
    reference_set used;
    const references refer{objects, "default", used, result.problems};
    const auto& workload = *objects.workloads.at({"default", "w"});
    result.workload = render_workload(workload, refer);
    for (const auto* each : secrets_of(workload, refer)) result.secrets.push_back(render_secret(*each));
    return result;
}

std::string pod(const std::string& container) {
    return "pod: {spec: {containers: [{name: c, " + container + "}]}}";
}

} // namespace

TEST_CASE("render workload: R28 the wire form of a plain workload", "[fleet][unit]") {
    const auto made = render(pod("image: 'i:1', args: ['8080'], ports: [{hostPort: 1, containerPort: 2}]"));
    CHECK(made.problems.empty());
    CHECK(made.workload ==
          json::parse(R"({"name":"w","namespace":"default","labels":{"a":"1","b":"2"},"specification":
        "containers:\n- args:\n  - \"8080\"\n  image: i:1\n  name: c\n  ports:\n  - containerPort: 2\n    hostPort: 1\n    protocol: TCP\n  resources: {}\n"})"));
}

TEST_CASE("render workload: R28 optional parts", "[fleet][unit]") {
    const auto made = render(
        pod("image: i") +
            ", data: {ingress: [{source: s, target: t}]}, logCollection: l, "
            "imageRegistries: {secretRef: {name: r}}, "
            "metrics: {port: 9, path: /m, allowList: {name: m}, containers: {c: {disabled: true, port: 1}}}",
        head("Secret", "r") + "stringData: {.dockerconfigjson: '{}'}\n" + head("ConfigMap", "m") +
            "data: {metrics_list.yaml: 'names: [x]'}\n");
    CHECK(made.problems.empty());
    CHECK(made.workload.at("data") == json::parse(R"({"ingress":[{"source":"s","target":"t"}]})"));
    CHECK(made.workload.at("log_collection") == "l");
    CHECK(made.workload.at("imageRegistries") == json::parse(R"({"authFile":"{}"})"));
    CHECK(made.workload.at("metrics") ==
          json::parse(R"({"path":"/m","port":9,"interval":60,"allow_list":{"names":["x"]},
        "containers":{"c":{"disabled":true,"path":"/","port":1}}})"));
    CHECK_FALSE(render(pod("image: i") + ", metrics: {path: /m}").workload.get_object().contains("metrics"));
}

TEST_CASE("render workload: R28 an empty auth file counts as none", "[fleet][unit]") {
    const auto made = render(pod("image: i") + ", imageRegistries: {secretRef: {name: r}}",
                             head("Secret", "r") + "stringData: {.dockerconfigjson: ''}\n");
    CHECK(made.problems.empty());
    CHECK_FALSE(made.workload.get_object().contains("imageRegistries"));
}

TEST_CASE("render workload: R28 a missing auth file is a problem", "[fleet][unit]") {
    const auto spec = pod("image: i") + ", imageRegistries: {secretRef: {name: r}}";
    CHECK(mentions(render(spec).problems, "Secret default/r is missing"));
    CHECK(mentions(render(spec, head("Secret", "r")).problems,
                   "Secret default/r has no key .dockerconfigjson"));
}

TEST_CASE("render workload: R29 ConfigMaps are YAML, sorted by name", "[fleet][unit]") {
    const auto made = render(pod("envFrom: [{configMapRef: {name: b}}, {configMapRef: {name: a}}]"),
                             head("ConfigMap", "a") + "data: {k: '1', j: v}\n" + head("ConfigMap", "b"));
    CHECK(made.problems.empty());
    CHECK(made.workload.at("configmaps") ==
          json::array{"apiVersion: v1\ndata:\n  j: v\n  k: \"1\"\nkind: ConfigMap\nmetadata:\n  "
                      "creationTimestamp: null\n  name: a\n",
                      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: b\n"});
}

TEST_CASE("render workload: R29 Secrets are base64 in JSON text, sorted by name", "[fleet][unit]") {
    const auto made = render(pod("envFrom: [{secretRef: {name: b}}, {secretRef: {name: a}}]"),
                             head("Secret", "a") + "stringData: {z: foo, k: bar}\n" + head("Secret", "b"));
    REQUIRE(made.secrets.size() == 2);
    CHECK(made.secrets[0] == json::value{{"name", "a"}, {"data", R"({"k":"YmFy","z":"Zm9v"})"}});
    CHECK(made.secrets[1] == json::value{{"name", "b"}, {"data", "{}"}});
}

TEST_CASE("render workload: R29 optional references may be open, required ones not", "[fleet][unit]") {
    const auto optional = render(
        pod("envFrom: [{configMapRef: {name: m, optional: true}}, {secretRef: {name: s, optional: true}}]"));
    CHECK(optional.problems.empty());
    CHECK_FALSE(optional.workload.get_object().contains("configmaps"));
    CHECK(optional.secrets.empty());
    const auto both = render(pod("envFrom: [{configMapRef: {name: m, optional: true}}], "
                                 "env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]"));
    CHECK(mentions(both.problems, "ConfigMap default/m is missing"));
    const auto key =
        render(pod("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]"), head("Secret", "s"));
    CHECK(mentions(key.problems, "Secret default/s has no key k"));
    const auto open =
        render(pod("env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k, optional: true}}}]"),
               head("Secret", "s"));
    CHECK(open.problems.empty());
    CHECK(open.secrets.size() == 1);
}
