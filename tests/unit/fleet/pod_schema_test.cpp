#include "fleet/pod_schema.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

std::vector<std::string> findings_of_pod(const std::string& pod) {
    return findings_of(head("EdgeWorkload", "w") + "spec: {type: pod, pod: {spec: " + pod + "}}\n");
}

} // namespace

TEST_CASE("pod schema: what an API server refuses is an error with its field", "[fleet][unit]") {
    const std::string containers = "containers: [{name: c}]";
    const std::vector<std::pair<std::string, std::string>> table{
        {"{" + containers + ", hostNetwork: 'true'}", "hostNetwork: has to be true or false"},
        {"{" + containers + ", nodeSelector: {a: 1}}", "nodeSelector.a: has to be text"},
        {"{" + containers + ", priority: 3000000000}", "priority: has to be between"},
        {"{" + containers + ", terminationGracePeriodSeconds: 1.5}", "Seconds: has to be a whole number"},
        {"{" + containers + ", securityContext: {supplementalGroups: [a]}}",
         "Groups[0]: has to be a whole number"},
        {"{" + containers + ", volumes: [{hostPath: {path: /a}}]}", "volumes[0].name: is missing"},
        {"{" + containers + ", volumes: [{name: v, hostPath: {}}]}", "volumes[0].hostPath.path: is missing"},
        {"{containers: [{name: c, volumeMounts: [{name: v}]}]}", "volumeMounts[0].mountPath: is missing"},
        {"{containers: [{name: c, command: run}]}", "command: has to be a list"},
        {"{containers: [{name: c, securityContext: {privileged: 1}}]}",
         "privileged: has to be true or false"},
        {"{containers: [{name: c, securityContext: {capabilities: {add: [1]}}}]}", "add[0]: has to be text"},
        {"{containers: [{name: c, securityContext: {seccompProfile: {}}}]}",
         "seccompProfile.type: is missing"},
        {"{containers: [{name: c, ports: [{hostPort: 1}]}]}", "ports[0].containerPort: is missing"},
        {"{initContainers: [{}], " + containers + "}", "initContainers[0].name: is missing"},
        {"{initContainers: [x], " + containers + "}", "initContainers[0]: has to be a map"},
    };
    for (const auto& [pod, part] : table) {
        CAPTURE(pod, part);
        const auto texts = findings_of_pod(pod);
        CAPTURE(texts);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].starts_with("error: m.yaml:6: spec.pod.spec."));
        CHECK(mentions(texts, part));
    }
}

TEST_CASE("pod schema: what an API server drops is a warning and dropped", "[fleet][unit]") {
    const auto texts = findings_of_pod("{containers: [{name: c, img: i, ports: []}], restart: Always}");
    REQUIRE(texts.size() == 2);
    CHECK(mentions(texts, "warning: m.yaml:6: spec.pod.spec.containers[0].img: is not a field"));
    CHECK(mentions(texts, "warning: m.yaml:6: spec.pod.spec.restart: is not a field"));
}

TEST_CASE("pod schema: R31 a pod has the form that Flotta's back end gives it", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::string>> table{
        // defaults, in every kind of container
        {R"({"containers":[{"name":"c","ports":[{"containerPort":1,"hostPort":2},{"containerPort":3,"protocol":"UDP"}]}]})",
         R"({"containers":[{"name":"c","resources":{},"ports":[{"containerPort":1,"hostPort":2,"protocol":"TCP"},
             {"containerPort":3,"protocol":"UDP"}]}]})"},
        {R"({"containers":[{"name":"c","resources":{"limits":{},"requests":null}}],
             "initContainers":[{"name":"i","ports":[{"containerPort":1,"protocol":null}]}],
             "ephemeralContainers":[{"name":"e","targetContainerName":"c","ports":[{"containerPort":1}]}]})",
         R"({"containers":[{"name":"c","resources":{}}],
             "initContainers":[{"name":"i","resources":{},"ports":[{"containerPort":1,"protocol":"TCP"}]}],
             "ephemeralContainers":[{"name":"e","targetContainerName":"c","resources":{},
                "ports":[{"containerPort":1,"protocol":"TCP"}]}]})"},
        // empty values that Go leaves out
        {R"({"containers":[{"name":"c","env":[{"name":"A","value":""}],"command":[],"tty":false,"image":"",
             "volumeMounts":[{"name":"v","mountPath":"/v","readOnly":false}]}],"hostNetwork":false,"volumes":null,
             "nodeSelector":{},"initContainers":[null]})",
         R"({"containers":[{"name":"c","resources":{},"env":[{"name":"A"}],
             "volumeMounts":[{"name":"v","mountPath":"/v"}]}]})"},
        // and those that mean something
        {R"({"containers":[{"name":"c","securityContext":{"runAsUser":0,"privileged":false,"capabilities":{}},
             "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":false}}}]}],
             "volumes":[{"name":"v","hostPath":{"path":"/p","type":""}}],"securityContext":{},
             "terminationGracePeriodSeconds":0,"enableServiceLinks":false})",
         R"({"containers":[{"name":"c","resources":{},
             "securityContext":{"runAsUser":0,"privileged":false,"capabilities":{}},
             "env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k","optional":false}}}]}],
             "volumes":[{"name":"v","hostPath":{"path":"/p","type":""}}],"securityContext":{},
             "terminationGracePeriodSeconds":0,"enableServiceLinks":false})"},
        // unknown ones go, what is opaque stays as it is
        {R"({"containers":[{"name":"c","x":1}],"y":{},"affinity":{"nodeAffinity":{"z":[null,""]}}})",
         R"({"containers":[{"name":"c","resources":{}}],"affinity":{"nodeAffinity":{"z":[null,""]}}})"},
    };
    for (const auto& [pod, normal] : table) {
        CAPTURE(pod);
        const auto made = normalised_pod(json::parse(pod).as_object());
        CHECK(json::value(made) == json::parse(normal));
        CHECK(normalised_pod(made) == made);
    }
}

TEST_CASE("pod schema: values of the wrong type do no harm", "[fleet][unit]") {
    for (const auto* pod :
         {R"({"containers":5})", R"({"containers":[5,[]]})", R"({"containers":[{"ports":{}}]})",
          R"({"securityContext":[{}],"volumes":"x"})"}) {
        CAPTURE(pod);
        CHECK(json::value(normalised_pod(json::parse(pod).as_object())).is_object());
    }
}
