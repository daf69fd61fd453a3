// A device of Flotta from its first enrolment to its playbooks, through the real host and the memory
// provider over mTLS.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace edgeconf::test;

namespace {

namespace json = boost::json;

constexpr std::string_view base = "/api/flotta-backend/v1";

std::string path(std::string_view ns, std::string_view id, std::string_view call) {
    return std::string{base}
        .append("/namespaces/")
        .append(ns)
        .append("/devices/")
        .append(id)
        .append("/")
        .append(call);
}

constexpr std::string_view hardware =
    R"({"cpu":{"architecture":"x86_64","flags":[],"model_name":"Atom x6425E"},"disks":null,"gpus":null,)"
    R"("hostname":"press-7","interfaces":[{"flags":[],"ipv4_addresses":["192.0.2.7/24"],"ipv6_addresses":[]}],)"
    R"("system_vendor":{"manufacturer":"Acme","product_name":"Box 7","serial_number":"A-7"}})";

std::string enrolment(std::string_view ns) {
    return std::string{R"({"features":{"hardware":)"}
        .append(hardware)
        .append(R"(},"target_namespace":")")
        .append(ns)
        .append(R"("})");
}
std::string registration() {
    return std::string{R"({"certificate_request":"-----BEGIN CERTIFICATE REQUEST-----\n","hardware":)"}
        .append(hardware)
        .append("}");
}
constexpr std::string_view heartbeat =
    R"({"events":null,"playbook-executions":null,"status":"up","version":"1","workloads":null})";

std::string message_of(const reply& r) { return std::string{json::parse(r.body).at("message").as_string()}; }

constexpr std::string_view fleet = R"(apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeDevice
metadata: {name: camera-1, namespace: plant-2, labels: {line: "4", config/device-by-config: baseline}}
spec: {heartbeat: {periodSeconds: 15}}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeWorkload
metadata: {name: viewer, namespace: plant-2}
spec:
  deviceSelector: {matchLabels: {line: "4"}}
  type: pod
  pod:
    spec:
      containers:
        - name: viewer
          image: registry.example/viewer:1
          envFrom: [{configMapRef: {name: viewer-settings}}, {secretRef: {name: viewer-login}}]
          ports: [{containerPort: 80, hostPort: 8080}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: viewer-settings, namespace: plant-2}
data: {LANGUAGE: en}
---
apiVersion: v1
kind: Secret
metadata: {name: viewer-login, namespace: plant-2}
stringData: {password: hunter2}
---
apiVersion: management.project-flotta.io/v1alpha1
kind: EdgeConfig
metadata: {name: baseline, namespace: plant-2}
spec: {edgePlaybook: {playbooks: [{content: LS0tCi0gaG9zdHM6IGFsbAo=}]}}
)";

} // namespace

TEST_CASE("device flow: with automatic approval a device gets from enrolment to playbooks", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(),
                      secured.configuration("  library: memory\n  options: {approval: automatic}\n")};
    client edge_api{secured.as_edge_api(host.device_address())};

    const auto status_path = path("default", "press-7", "registration");
    CHECK(edge_api.request("GET", status_path).status == 404);
    CHECK(edge_api.request("POST", path("plant-1", "press-7", "enrolment"), enrolment("plant-1")).status ==
          201);

    const auto status = edge_api.request("GET", status_path);
    CHECK(status.status == 200);
    CHECK(json::parse(status.body) == json::value{{"status", "registered"}, {"namespace", "plant-1"}});
    CHECK(status.fields.at("content-type") == "application/json");

    const auto registered =
        edge_api.request("PUT", path("plant-1", "press-7", "registration"), registration());
    CHECK(registered.status == 200);
    CHECK(registered.body.empty());
    CHECK(edge_api.request("POST", path("plant-1", "press-7", "enrolment"), enrolment("plant-1")).status ==
          200);

    const auto configuration = edge_api.request("GET", path("plant-1", "press-7", "configuration"));
    REQUIRE(configuration.status == 200);
    const auto message = json::parse(configuration.body).at("device-configuration");
    CHECK(message.at("device_id") == "press-7");
    CHECK(message.at("workloads").as_array().empty());
    CHECK(message.at("configuration").at("mounts").as_array().empty());
    CHECK(message.at("configuration").at("heartbeat") ==
          json::value{{"hardware_profile", json::object{}}, {"period_seconds", 60}});

    CHECK(edge_api.request("PUT", path("plant-1", "press-7", "heartbeat"), heartbeat).status == 200);
    const auto playbooks = edge_api.request("GET", path("plant-1", "press-7", "playbookexecutions"));
    CHECK(playbooks.status == 200);
    CHECK(playbooks.body == "[]");

    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("device flow: a device of a manifest gets its workloads, ConfigMaps, Secrets and playbooks",
          "[integration]") {
    const secured_folder secured;
    secured.folder().write("fleet/plant-2.yaml", fleet);
    running_host host{secured.folder(),
                      secured.configuration("  library: memory\n  options: {manifests: fleet}\n")};
    client edge_api{secured.as_edge_api(host.device_address())};

    // The path's namespace is a hint, and a URL without the base path is served too.
    const auto configuration = edge_api.request("GET", "/namespaces/default/devices/camera-1/configuration");
    REQUIRE(configuration.status == 200);
    const auto message = json::parse(configuration.body).at("device-configuration");
    CHECK(message.at("configuration").at("heartbeat").at("period_seconds") == 15);
    REQUIRE(message.at("workloads").as_array().size() == 1);
    const auto& workload = message.at("workloads").at(0);
    CHECK(workload.at("name") == "viewer");
    CHECK(workload.at("namespace") == "plant-2");
    CHECK(std::string{workload.at("specification").as_string()}.find("hostPort: 8080") != std::string::npos);
    CHECK(std::string{workload.at("configmaps").at(0).as_string()}.find("LANGUAGE: en") != std::string::npos);
    CHECK(message.at("secrets").at(0).at("name") == "viewer-login");
    CHECK(message.at("secrets").at(0).at("data") == R"({"password":"aHVudGVyMg=="})");

    const auto again = edge_api.request("GET", path("plant-2", "camera-1", "configuration"));
    CHECK(again.body == configuration.body);

    const auto playbooks =
        json::parse(edge_api.request("GET", path("plant-2", "camera-1", "playbookexecutions")).body);
    REQUIRE(playbooks.as_array().size() == 1);
    CHECK(playbooks.at(0).at("name") == "camera-1-baseline");
    CHECK(playbooks.at(0).at("ansible_playbook_string") == "---\n- hosts: all\n");
}

TEST_CASE("device flow: with manual approval a pending device gets nothing but 201", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(), secured.configuration("  library: memory\n")};
    client edge_api{secured.as_edge_api(host.device_address())};

    for (int attempt = 0; attempt < 3; ++attempt)
        CHECK(
            edge_api.request("POST", path("plant-1", "press-8", "enrolment"), enrolment("plant-1")).status ==
            201);
    const auto status = edge_api.request("GET", path("default", "press-8", "registration"));
    CHECK(status.status == 404);
    CHECK(json::parse(status.body).at("status") == "unknown");
    CHECK(!message_of(status).empty());
    CHECK(edge_api.request("PUT", path("plant-1", "press-8", "registration"), registration()).status == 409);
    CHECK(edge_api.request("PUT", path("plant-1", "nobody", "registration"), registration()).status == 404);
    for (const auto* call : {"configuration", "playbookexecutions"})
        CHECK(edge_api.request("GET", path("plant-1", "press-8", call)).status == 404);
    CHECK(edge_api.request("PUT", path("plant-1", "press-8", "heartbeat"), heartbeat).status == 404);
}

TEST_CASE("device flow: every refusal is JSON with a message", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(), secured.configuration("  library: memory\n")};
    client edge_api{secured.as_edge_api(host.device_address())};

    struct bad {
        std::string method, path, body;
        unsigned status;
    };
    const std::vector<bad> requests{
        {"GET", "/", "", 404},
        {"GET", "/namespaces/default/devices/a/nothing", "", 404},
        {"GET", "/namespaces//devices/a/registration", "", 400},
        {"GET", "/namespaces/Default/devices/a/registration", "", 400},
        {"GET", "/namespaces/default/devices/a%2Fb/registration", "", 400},
        {"GET", "/namespaces/default/devices/%2e%2e/registration", "", 400},
        {"GET", "/namespaces/default/devices/" + std::string(254, 'a') + "/registration", "", 400},
        {"DELETE", "/namespaces/default/devices/a/registration", "", 405},
        {"GET", "/namespaces/default/devices/a/enrolment", "", 405},
        {"POST", "/namespaces/default/devices/a/enrolment", "[]", 400},
        {"POST", "/namespaces/default/devices/a/enrolment", "{\"features\":", 400},
        {"PUT", "/namespaces/default/devices/a/heartbeat", R"({"status":5})", 400},
    };
    for (const auto& r : requests) {
        INFO(r.method << " " << r.path);
        const auto answer = edge_api.request(r.method, r.path, r.body);
        CHECK(answer.status == r.status);
        CHECK(answer.fields.at("content-type") == "application/json");
        CHECK(!message_of(answer).empty());
        CHECK(answer.keep_alive);
    }
    CHECK(edge_api.request("DELETE", "/namespaces/default/devices/a/registration").fields.at("allow") ==
          "GET, PUT");
    CHECK(edge_api.request("GET", "/namespaces/default/devices/a%2Db/registration").status == 404);
}

TEST_CASE("device flow: heartbeats that are ignored still have to come from a known device",
          "[integration]") {
    const secured_folder secured;
    auto text = secured.configuration("  library: memory\n  options: {approval: automatic}\n");
    text.insert(text.find("  listen:"), "  heartbeats: ignore\n");
    running_host host{secured.folder(), text};
    client edge_api{secured.as_edge_api(host.device_address())};

    CHECK(edge_api.request("PUT", path("plant-1", "press-9", "heartbeat"), heartbeat).status == 404);
    CHECK(edge_api.request("POST", path("plant-1", "press-9", "enrolment"), enrolment("plant-1")).status ==
          201);
    CHECK(edge_api.request("PUT", path("plant-1", "press-9", "heartbeat"), heartbeat).status == 200);
}
