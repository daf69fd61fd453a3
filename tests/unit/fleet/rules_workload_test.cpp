// R28 to R30 and R33 on whole messages: what a device runs.
#include "fleet/render_workload.hpp"

#include "manifest_folder.hpp"
#include "rendered.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
namespace json = boost::json;

namespace {

std::string map(std::string_view name, std::string_view data = "{k: v}") {
    return head("ConfigMap", name) + "data: " + std::string{data} + "\n";
}

std::string secret_of(std::string_view name, std::string_view data = "{k: v}") {
    return head("Secret", name) + "stringData: " + std::string{data} + "\n";
}

// The names of what the device runs, in order.
std::string names_in(const json::object& message) {
    std::string names;
    for (const auto& each : message.at("workloads").as_array()) {
        if (!names.empty()) names += ' ';
        names += each.at("name").as_string();
    }
    return names;
}

std::string selecting(std::string_view name, const std::string& selection) {
    return head("EdgeWorkload", name) + "spec: {type: pod, " + selection + (selection.empty() ? "" : ", ") +
           "pod: {spec: {containers: [{name: c}]}}}\n";
}

} // namespace

TEST_CASE("R28: a workload has the wire's fields, and only those that are set", "[fleet][unit]") {
    const std::string at = "/workloads/0";
    check_cases({
        {"bare", workload_with("image: i"), "/workloads",
         R"([{"name":"w","namespace":"default","specification":"containers:\n- image: i\n  name: c\n  resources: {}\n"}])"},
        {"data",
         workload_with("image: i",
                       "data: {ingress: [{source: b, target: c}, {source: a, target: d}], egress: []}"),
         at + "/data",
         R"({"ingress":[{"source":"b","target":"c"},{"source":"a","target":"d"}],"egress":[]})"},
        {"log collection", workload_with("image: i", "logCollection: l"), at + "/log_collection", R"("l")"},
        {"auth file",
         workload_with("image: i", "imageRegistries: {secretRef: {name: r}}") +
             secret_of("r", "{.dockerconfigjson: '{\"auths\":{}}'}"),
         at + "/imageRegistries", R"({"authFile":"{\"auths\":{}}"})"},
        {"metrics",
         workload_with("image: i", "metrics: {port: 9, allowList: {name: m}, containers: {c: {port: 1}}}") +
             map("m", "{metrics_list.yaml: 'names: [z, a]'}"),
         at + "/metrics",
         R"({"path":"/","port":9,"interval":60,"allow_list":{"names":["z","a"]},"containers":{"c":{"path":"/","port":1}}})"},
        {"no port, no metrics", workload_with("image: i", "metrics: {path: /m, allowList: {name: nowhere}}"),
         at + "/metrics", ""},
        {"port 0, no metrics", workload_with("image: i", "metrics: {port: 0}"), at + "/metrics", ""},
        {"nothing else", workload_with("image: i"), "/configuration/ansible-manager", ""},
        {"nothing else", workload_with("image: i"), "/workloads_monitoring_interval", ""},
        {"none", "", "/workloads", "[]"},
    });
    CHECK(mentions(problems_of(workload_with("image: i", "imageRegistries: {secretRef: {name: r}}")),
                   "EdgeWorkload default/w: Secret default/r is missing"));
    CHECK(mentions(
        problems_of(workload_with("image: i", "imageRegistries: {secretRef: {name: r}}") + secret_of("r")),
        "Secret default/r has no key .dockerconfigjson"));
}

TEST_CASE("R28: only podman's labels and annotations go along, without their prefix", "[fleet][unit]") {
    const auto yaml =
        head("EdgeWorkload", "w") +
        "  labels: {podman/a: x, app: web, selector/site: 'true', podmanager: x}\n" +
        "  annotations: {podman/b.c: x, note: x}\nspec: {type: pod, deviceSelector: {}, pod: {spec: "
        "{containers: [{name: c}]}}}\n";
    check_cases({
        {"labels", yaml, "/workloads/0/labels", R"({"a":"x"})"},
        {"annotations", yaml, "/workloads/0/annotations", R"({"b.c":"x"})"},
        {"none", workload_with("image: i"), "/workloads/0/labels", ""},
        {"none", workload_with("image: i"), "/workloads/0/annotations", ""},
    });
}

TEST_CASE("R28: workloads are in the order of their names", "[fleet][unit]") {
    const auto a = workload_with("image: i", "", "a");
    const auto b = workload_with("image: i", "", "b");
    const auto named = selecting("aa", "device: d");
    CHECK(names_in(configuration_of(b + named + a)) == "a aa b");
    CHECK(configuration_of(b + named + a) == configuration_of(a + b + named));
}

TEST_CASE("R29: a ConfigMap goes along as the YAML that Flotta writes", "[fleet][unit]") {
    const std::string at = "/workloads/0/configmaps";
    const std::string k =
        R"(["apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: m\n"])";
    const auto in_pod = [](const std::string& pod) {
        return head("EdgeWorkload", "w") + "spec: {type: pod, deviceSelector: {}, pod: {spec: " + pod +
               "}}\n";
    };
    check_cases({
        {"envFrom", workload_with("envFrom: [{configMapRef: {name: m}}]") + map("m"), at, k},
        {"env", workload_with("env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: k}}}]") + map("m"),
         at, k},
        {"init containers",
         in_pod(
             "{initContainers: [{name: i, envFrom: [{configMapRef: {name: m}}]}], containers: [{name: c}]}") +
             map("m"),
         at, k},
        {"volumes",
         in_pod("{containers: [{name: c}], volumes: [{name: v, configMap: {name: m}}]}") + map("m"), at, k},
        {"plain variables",
         workload_with("env: [{name: A, value: x}], envFrom: [{configMapRef: {name: m}}]") + map("m"), at, k},
        {"metadata stays behind",
         workload_with("envFrom: [{configMapRef: {name: m}}]") + head("ConfigMap", "m") +
             "  labels: {a: b}\n  annotations: {a: b}\n  uid: u\ndata: {k: v}\n",
         at, k},
        {"no data", workload_with("envFrom: [{configMapRef: {name: m}}]") + head("ConfigMap", "m"), at,
         R"(["apiVersion: v1\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: m\n"])"},
        {"its texts are quoted as Flotta quotes them",
         workload_with("envFrom: [{configMapRef: {name: m}}]") +
             map("m", R"({k10: '1', k9: "yes", f.conf: "a\nb\n", t: "a: b"})"),
         at,
         R"(["apiVersion: v1\ndata:\n  f.conf: |\n    a\n    b\n  k9: \"yes\"\n  k10: \"1\"\n  t: 'a: b'\nkind: ConfigMap\nmetadata:\n  creationTimestamp: null\n  name: m\n"])"},
        {"absent and optional", workload_with("envFrom: [{configMapRef: {name: m, optional: true}}]"), at,
         ""},
        {"an optional key",
         workload_with("env: [{name: A, valueFrom: {configMapKeyRef: {name: m, key: x, optional: true}}}]") +
             map("m"),
         at, k},
        {"none", workload_with("image: i") + map("m"), at, ""},
    });
    const auto two = json::value(
        configuration_of(workload_with("envFrom: [{configMapRef: {name: p}}, {configMapRef: {name: m}}]") +
                         map("p") + map("m")));
    CHECK(two.at_pointer(at).at(0) == json::parse(k).at(0));
}

TEST_CASE("R29: the Secrets of all workloads are one list, sorted, in base64", "[fleet][unit]") {
    const std::string one = R"([{"name":"s","data":"{\"k\":\"dg==\"}"}])";
    const auto with_env = [](const std::string& reference) {
        return workload_with("env: [{name: A, valueFrom: {secretKeyRef: " + reference + "}}]");
    };
    check_cases({
        {"envFrom", workload_with("envFrom: [{secretRef: {name: s}}]") + secret_of("s"), "/secrets", one},
        {"env", with_env("{name: s, key: k}") + secret_of("s"), "/secrets", one},
        {"each once",
         workload_with("envFrom: [{secretRef: {name: s}}]", "", "a") +
             workload_with("envFrom: [{secretRef: {name: s}}]", "", "b") + secret_of("s"),
         "/secrets", one},
        {"sorted, with all their keys",
         workload_with("envFrom: [{secretRef: {name: s}}]", "", "a") +
             workload_with("envFrom: [{secretRef: {name: r}}]", "", "b") + secret_of("s") +
             secret_of("r", "{z: 1x, a: ''}"),
         "/secrets",
         R"([{"name":"r","data":"{\"a\":\"\",\"z\":\"MXg=\"}"},{"name":"s","data":"{\"k\":\"dg==\"}"}])"},
        {"absent and optional", with_env("{name: s, key: k, optional: true}"), "/secrets", ""},
        {"none", workload_with("image: i") + secret_of("s"), "/secrets", ""},
    });
}

TEST_CASE("R29: a required reference goes before an optional one", "[fleet][unit]") {
    const std::string optional_map = "{configMapRef: {name: m, optional: true}}";
    const std::string required_map = "{configMapRef: {name: m}}";
    const std::string optional_secret = "{secretRef: {name: s, optional: true}}";
    const std::string required_secret = "{secretRef: {name: s, optional: false}}";
    for (const auto& references : {optional_map + ", " + required_map, required_map + ", " + optional_map}) {
        CAPTURE(references);
        CHECK(mentions(problems_of(workload_with("envFrom: [" + references + "]")),
                       "ConfigMap default/m is missing"));
    }
    for (const auto& references :
         {optional_secret + ", " + required_secret, required_secret + ", " + optional_secret}) {
        CAPTURE(references);
        CHECK(mentions(problems_of(workload_with("envFrom: [" + references + "]")),
                       "Secret default/s is missing"));
    }
}

TEST_CASE("R30: what one workload lacks fails the whole message, and nothing less", "[fleet][unit]") {
    const auto good = workload_with("image: i", "", "good");
    const std::vector<std::pair<std::string, std::string>> table{
        {"envFrom: [{configMapRef: {name: m}}]", "ConfigMap default/m is missing"},
        {"envFrom: [{secretRef: {name: x}}]", "Secret default/x is missing"},
        {"env: [{name: A, valueFrom: {configMapKeyRef: {name: there, key: x}}}]",
         "ConfigMap default/there has no key x"},
        {"env: [{name: A, valueFrom: {secretKeyRef: {name: there, key: x}}}]",
         "Secret default/there has no key x"},
    };
    for (const auto& [container, part] : table) {
        CAPTURE(container);
        const auto problems =
            problems_of(good + workload_with(container, "", "bad") + map("there") + secret_of("there"));
        REQUIRE(problems.size() == 1);
        CHECK(mentions(problems, "EdgeWorkload default/bad: " + part));
    }
    // Objects of the same name in another namespace are none.
    CHECK(problems_of(workload_with("envFrom: [{configMapRef: {name: m}}]") + head("ConfigMap", "m") +
                      "  namespace: plant\n")
              .size() == 1);
    CHECK(mentions(problems_of(workload_with("image: i", "metrics: {port: 1, allowList: {name: m}}")),
                   "ConfigMap default/m is missing"));
}

TEST_CASE("R33: a workload is for the devices that it names or selects", "[fleet][unit]") {
    struct row {
        std::string selection;
        string_map labels;
        bool runs;
    };
    const std::vector<row> table{
        {"", {{"a", "b"}}, false},
        {"deviceSelector: null", {}, false},
        {"deviceSelector: {}", {}, true},
        {"deviceSelector: {}", {{"a", "b"}}, true},
        {"device: d", {}, true},
        {"device: D", {}, false},
        {"device: e", {}, false},
        {"device: e, deviceSelector: {}", {}, false},
        {"device: d, deviceSelector: {matchLabels: {a: b}}", {}, true},
        {"device: '', deviceSelector: {}", {}, true},
        {"deviceSelector: {matchLabels: {a: b}}", {{"a", "b"}, {"c", "d"}}, true},
        {"deviceSelector: {matchLabels: {a: b}}", {{"a", "c"}}, false},
        {"deviceSelector: {matchLabels: {a: b}}", {}, false},
        {"deviceSelector: {matchLabels: {a: ''}}", {{"a", ""}}, true},
        {"deviceSelector: {matchLabels: {a: ''}}", {}, false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: In, values: [x, b]}]}", {{"a", "b"}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: In, values: [x, b]}]}", {{"a", "c"}}, false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", {{"a", "b"}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", {{"a", "x"}}, false},
        // Flotta misses these: it looks for candidates by the keys that a device has.
        {"deviceSelector: {matchExpressions: [{key: a, operator: NotIn, values: [x]}]}", {}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: DoesNotExist}]}", {}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: DoesNotExist, values: []}]}",
         {{"a", "b"}},
         false},
        {"deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}", {{"a", ""}}, true},
        {"deviceSelector: {matchExpressions: [{key: a, operator: Exists}]}", {{"b", "a"}}, false},
        {"deviceSelector: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}",
         {{"a", "b"}},
         false},
        {"deviceSelector: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}",
         {{"a", "b"}, {"c", "d"}},
         true},
    };
    for (const auto& each : table) {
        CAPTURE(each.selection, each.labels);
        CHECK(names_in(configuration_of(selecting("w", each.selection), {"d", each.labels})) ==
              (each.runs ? "w" : ""));
    }
}

TEST_CASE("R33: a workload is for devices of its own namespace", "[fleet][unit]") {
    const auto elsewhere =
        head("EdgeWorkload", "w") +
        "  namespace: plant\nspec: {type: pod, deviceSelector: {}, pod: {spec: {containers: "
        "[{name: c}]}}}\n" +
        head("EdgeWorkload", "v") +
        "  namespace: plant\nspec: {type: pod, device: d, pod: {spec: {containers: [{name: c}]}}}\n";
    CHECK(names_in(configuration_of(elsewhere)).empty());
}

TEST_CASE("R33: labels that Flotta keeps for itself select nothing", "[fleet][unit]") {
    const auto stale = device_with("{}", "{workload/w: 'true'}");
    CHECK(names_in(configuration_of(stale + selecting("w", ""))).empty());
    CHECK(names_in(configuration_of(
                       stale +
                       selecting(
                           "w", "deviceSelector: {matchExpressions: [{key: workload/w, operator: Exists}]}")))
              .empty());
}

TEST_CASE("R33: a workload with a name too long for a label runs", "[fleet][unit]") {
    const std::string name(100, 'w');
    CHECK(names_in(configuration_of(selecting(name, "deviceSelector: {}"))) == name);
}

TEST_CASE("R34: a label config/ offers an EdgeConfig's playbooks, or the execution made from one",
          "[fleet][unit]") {
    const auto config = head("EdgeConfig", "c") + "spec: {edgePlaybook: {playbooks: [{content: Zm9v}]}}\n";
    const auto execution = head("PlaybookExecution", "d-c") + "spec: {playbook: {content: YmFy}}\n";
    const asking_device labelled{"d", {{"config/device-by-config", "c"}}};
    const auto offered = [](std::string_view text) {
        return json::array{json::object{{"name", "d-c"}, {"ansible_playbook_string", text}}};
    };
    CHECK(playbooks_of(config, labelled) == offered("foo"));
    CHECK(playbooks_of(execution, labelled) == offered("bar"));
    CHECK(playbooks_of(config + execution, labelled) == offered("bar"));
    CHECK(playbooks_of(config + execution).empty());
    CHECK(playbooks_of(config, {"d", {{"configs/c", "c"}}}).empty());
}
