#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

std::string request(const std::string& name, const std::string& spec) {
    return head("EdgeDeviceSignedRequest", name) + "spec: {targetNamespace: plant-1" + spec + "}\n";
}

std::string labelled(const std::string& name, const std::string& label,
                     const std::string& container = "image: i") {
    return workload(name, "deviceSelector: {matchLabels: {" + label + "}}", container);
}

} // namespace

TEST_CASE("model: R1 an enrolment waits until the device exists", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "there")};
    CHECK(fleet.enrol("there", "default") == outcome::ok);
    CHECK(fleet.enrol("new", "plant-1", {object(R"({"hostname":"h"})"), "model"}) == outcome::created);
    CHECK(fleet.enrol("new", "plant-2") == outcome::created);
    const auto described = fleet.describe("new");
    CHECK(described.state == device_state::pending);
    CHECK(described.ns == "plant-1");
    CHECK(described.request->model_name == "model");
    CHECK(described.hardware == R"({"hostname":"h"})");
    CHECK(fleet.put_registration("new") == outcome::not_approved);
    CHECK(fleet.put_heartbeat("new", {}) == outcome::not_found);
}

TEST_CASE("model: R5 automatic approval lets a device in where it asked, and says so the second time",
          "[fleet][unit]") {
    fleet_under_test fleet{"", approval_mode::automatic};
    CHECK(fleet.enrol("d", "plant-1") == outcome::created);
    CHECK(fleet.enrol("d", "plant-1") == outcome::ok);
    CHECK(*fleet.find("d")->registration == R"({"namespace":"plant-1"})");
    CHECK(fleet.put_registration("d") == outcome::ok);
}

TEST_CASE("model: requests in manifests approve, wait or deny", "[fleet][unit]") {
    fleet_under_test fleet{request("approved", ", approved: true, targetSet: s") + request("waiting", "") +
                           request("refused", ", approved: true") +
                           "status: {conditions: [{type: declined, status: 'true'}]}\n"};
    CHECK(fleet.enrol("approved", "x") == outcome::ok);
    CHECK(fleet.describe("approved").ns == "plant-1");
    CHECK(fleet.describe("approved").labels == string_map{{"flotta/member-of", "s"}});
    CHECK(fleet.enrol("waiting", "x") == outcome::created);
    CHECK(fleet.put_registration("waiting") == outcome::not_approved);
    CHECK(fleet.enrol("refused", "x") == outcome::denied);
    CHECK(fleet.put_registration("refused") == outcome::denied);
    const auto counts = fleet.devices.counts();
    CHECK(counts.known == 1);
    CHECK(counts.pending == 1);
    CHECK(counts.denied == 1);
}

TEST_CASE("model: R7a a denial goes before a device, also under automatic approval", "[fleet][unit]") {
    const auto yaml = head("EdgeDevice", "d") + "  namespace: plant-1\n" + request("d", "") +
                      "status: {conditions: [{type: declined, status: 'True'}]}\n";
    fleet_under_test fleet{yaml, approval_mode::automatic};
    CHECK(fleet.enrol("d", "plant-1") == outcome::denied);
    CHECK(fleet.devices.counts().known == 0);
    CHECK(mentions(fleet.notices, "declined"));
}

TEST_CASE("model: R19 a case twin is refused and never served", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "Dev1"), approval_mode::automatic};
    CHECK(fleet.enrol("dev1", "default", {}) == outcome::case_twin);
    CHECK_FALSE(fleet.find("dev1"));
    CHECK_FALSE(fleet.devices.describe("dev1"));
    CHECK(fleet.put_registration("dev1") == outcome::not_found);
    CHECK(fleet.put_heartbeat("dev1", {}) == outcome::not_found);
    CHECK(fleet.enrol("pending", "default") == outcome::created);
    CHECK(fleet.enrol("PENDING", "default", {}) == outcome::case_twin);
}

TEST_CASE("model: R7a at most 10,000 devices wait", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "there")};
    for (std::size_t i = 0; i < model_settings().pending_limit; ++i) {
        REQUIRE(fleet.enrol("d" + std::to_string(i), "default", {}) == outcome::created);
    }
    CHECK(fleet.enrol("one-more", "default") == outcome::too_many);
    CHECK_FALSE(fleet.find("one-more"));
    CHECK(fleet.enrol("d7", "default", {}) == outcome::created);
    CHECK(fleet.enrol("there", "default") == outcome::ok);
}

TEST_CASE("model: R16 and R17 labels from hardware choose workloads, and stay", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {site: north}\n" +
                           labelled("arm", "device.cpu-architecture: aarch64")};
    CHECK(fleet.workloads("d").empty());
    const auto before = fleet.find("d")->configuration;
    CHECK(fleet.put_registration("d", R"({"hostname":"H","cpu":{"architecture":"AArch64"}})") == outcome::ok);
    CHECK(fleet.workloads("d") == std::vector<std::string>{"arm"});
    CHECK(before->workloads.empty());
    CHECK(fleet.put_heartbeat("d",
                              {"up", "", {}, {}, object(R"({"hostname":"","mounts":[{"device":"x"}]})")}) ==
          outcome::ok);
    CHECK(fleet.workloads("d") == std::vector<std::string>{"arm"});
    const auto described = fleet.describe("d");
    CHECK(described.labels == string_map{{"device.cpu-architecture", "aarch64"},
                                         {"device.hostname", "h"},
                                         {"site", "north"},
                                         {"workload/arm", "true"}});
    CHECK(described.status.registered == 1000);
    CHECK(
        boost::json::parse(described.hardware) ==
        boost::json::parse(R"({"hostname":"H","cpu":{"architecture":"AArch64"},"mounts":[{"device":"x"}]})"));
}

TEST_CASE("model: a heartbeat that changes no label renders nothing", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d")};
    fleet.put_registration("d", R"({"hostname":"h"})");
    const auto before = fleet.find("d");
    fleet.put_heartbeat("d", {"up", "v", {}, {}, object(R"({"hostname":"h"})")});
    CHECK(fleet.find("d") == before);
}

TEST_CASE("model: R35 a heartbeat tells how a device is", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {site: north}\n" +
                           labelled("web", "site: north") + labelled("db", "site: north")};
    fleet.now = time_point{2000s};
    CHECK(fleet.put_heartbeat("d",
                              {"up",
                               "v1",
                               {{"web", "Running", ""}, {"stranger", "Running", ""}, {"db", "Exited", "t"}},
                               upgrade_report{"c", "failed", "t"},
                               {}}) == outcome::ok);
    fleet.now = time_point{3000s};
    CHECK(fleet.put_heartbeat("d", {"degraded", "v2", {{"web", "Running", "u"}}, {}, {}}) == outcome::ok);
    const auto status = fleet.describe("d").status;
    CHECK(fleet.describe("d").last_seen == 3000);
    CHECK(status.phase == "degraded");
    CHECK(status.version == "v2");
    CHECK_FALSE(status.upgrade);
    REQUIRE(status.workloads.size() == 2);
    CHECK(status.workload("web")->phase.get() == "Running");
    CHECK(status.workload("web")->since == 2000);
    CHECK(status.workload("web")->last_data_upload.get() == "u");
    CHECK(status.workload("db")->phase.get() == "Exited");
    CHECK(fleet.put_heartbeat("nobody", {}) == outcome::not_found);
}

TEST_CASE("model: a workload that leaves a device takes its phase along", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {device.hostname: a}\n" +
                           labelled("web", "device.hostname: a")};
    fleet.put_heartbeat("d", {"up", "", {{"web", "Running", ""}}, {}, {}});
    CHECK(fleet.describe("d").status.workloads.size() == 1);
    fleet.put_heartbeat("d", {"up", "", {}, {}, object(R"({"hostname":"b"})")});
    CHECK(fleet.describe("d").status.workloads.empty());
}

TEST_CASE("model: R30 a broken reference keeps the last good configuration", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") +
                           labelled("bad", "device.hostname: h", "envFrom: [{secretRef: {name: s}}]")};
    const auto good = fleet.find("d")->configuration;
    REQUIRE(good);
    CHECK(fleet.put_registration("d", R"({"hostname":"h"})") == outcome::ok);
    CHECK(fleet.find("d")->configuration == good);
    CHECK(fleet.devices.counts().stale == 1);
    fleet.settle();
    REQUIRE(fleet.notices.size() == 2);
    CHECK(fleet.notices[0] == "EdgeWorkload default/bad: Secret default/s is missing (spec.pod.spec refers "
                              "to it); no device needs it at the moment");
    CHECK(fleet.notices[1] == "EdgeWorkload default/bad: Secret default/s is missing (spec.pod.spec refers "
                              "to it); devices that need it and keep what they have: 1");
    fleet.put_heartbeat("d", {"up", "", {}, {}, object(R"({"hostname":"mended"})")});
    CHECK(fleet.devices.counts().stale == 0);
    CHECK_FALSE(fleet.find("d")->problem);
}

TEST_CASE("model: R30 a device that never had a configuration has none to serve", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {a: b}\n" +
                           labelled("bad", "a: b", "envFrom: [{secretRef: {name: s}}]") +
                           head("EdgeDevice", "fine")};
    const auto entry = fleet.find("d");
    CHECK_FALSE(entry->configuration);
    CHECK(entry->problem->find("Secret default/s is missing") != std::string::npos);
    CHECK(fleet.devices.counts().unconfigured == 1);
    CHECK(fleet.find("fine")->configuration);
}

TEST_CASE("model: one missing Secret does not flood the log of a large fleet", "[fleet][unit]") {
    auto yaml = workload("bad", "deviceSelector: {}", "envFrom: [{secretRef: {name: s}}]");
    for (int i = 0; i < 80; ++i) yaml += head("EdgeDevice", "d" + std::to_string(i));
    fleet_under_test fleet{yaml};
    CHECK(fleet.devices.counts().unconfigured == 80);
    CHECK(fleet.devices.counts().broken == 1);
    REQUIRE(fleet.notices.size() == 1);
    fleet.become(yaml + head("Secret", "s"));
    CHECK(fleet.devices.counts().unconfigured == 0);
    CHECK(fleet.devices.counts().broken == 0);
    REQUIRE(fleet.notices.size() == 2);
    CHECK(fleet.notices[1] == "EdgeWorkload default/bad: can be rendered again");
}

TEST_CASE("model: R33 the labels workload/<name> are there to be read, and nobody's to set",
          "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {a: b}\n" + labelled("web", "a: b") +
                           labelled("other", "a: c")};
    CHECK(fleet.describe("d").labels == string_map{{"a", "b"}, {"workload/web", "true"}});
    fleet.become(head("EdgeDevice", "d") + "  labels: {a: c}\n" + labelled("web", "a: b") +
                 labelled("other", "a: c"));
    CHECK(fleet.describe("d").labels == string_map{{"a", "c"}, {"workload/other", "true"}});
}

TEST_CASE("model: an edited label leaves, one from hardware stays", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {a: b, device.hostname: x}\n"};
    fleet.put_registration("d", R"({"hostname":"h"})");
    CHECK(fleet.describe("d").labels == string_map{{"a", "b"}, {"device.hostname", "h"}});
    fleet.become(head("EdgeDevice", "d") + "  labels: {c: d}\n");
    CHECK(fleet.describe("d").labels == string_map{{"c", "d"}, {"device.hostname", "h"}});
}

TEST_CASE("model: R12 a device that moves to another namespace is found there", "[fleet][unit]") {
    const auto in = [](const std::string& ns) {
        return head("EdgeDevice", "d") + "  namespace: " + ns + "\n";
    };
    const auto web =
        head("EdgeWorkload", "web") +
        "  namespace: plant-2\nspec: {deviceSelector: {}, pod: {spec: {containers: [{name: c}]}}}\n";
    fleet_under_test fleet{in("plant-1") + web};
    CHECK(fleet.workloads("d").empty());
    fleet.become(in("plant-2") + web);
    CHECK(*fleet.find("d")->registration == R"({"namespace":"plant-2"})");
    CHECK(fleet.workloads("d") == std::vector<std::string>{"web"});
    CHECK(fleet.devices.counts().known == 1);
}

TEST_CASE("model: R7a a device that no manifest names any more is forgotten, not removed", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + head("EdgeDevice", "e")};
    fleet.become(head("EdgeDevice", "e"));
    CHECK_FALSE(fleet.find("d"));
    CHECK(fleet.put_heartbeat("d", {}) == outcome::not_found);
    CHECK(fleet.devices.counts().known == 1);
    fleet.become(head("EdgeDevice", "e") + head("EdgeDevice", "d"));
    CHECK(fleet.find("d"));
}

TEST_CASE("model: R7 an approval that is taken back, or gone, changes nothing", "[fleet][unit]") {
    fleet_under_test fleet{request("d", ", approved: true")};
    fleet.become(request("d", ", approved: false"));
    CHECK(fleet.enrol("d", "x") == outcome::ok);
    fleet.become("");
    CHECK(fleet.enrol("d", "x") == outcome::ok);
}

TEST_CASE("model: a manifest lets a waiting device in, and a denial puts a known one out", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.enrol("d", "plant-2", {object(R"({"hostname":"h"})"), ""});
    fleet.become(request("d", ", approved: true, targetSet: s"));
    CHECK(*fleet.find("d")->registration == R"({"namespace":"plant-1"})");
    CHECK(fleet.devices.counts().pending == 0);
    CHECK(fleet.devices.counts().known == 1);
    fleet.become(request("d", "") + "status: {conditions: [{type: declined, status: 'True'}]}\n");
    CHECK(fleet.find("d")->state == device_state::denied);
    CHECK(fleet.devices.counts().known == 0);
    CHECK(fleet.devices.counts().denied == 1);
}

TEST_CASE("model: R34 playbooks follow labels and EdgeConfigs as they come, change and go", "[fleet][unit]") {
    const auto config = [](const std::string& content) {
        return head("EdgeConfig", "setup") + "spec: {edgePlaybook: {playbooks: [{content: " + content +
               "}]}}\n";
    };
    const auto device = head("EdgeDevice", "d");
    const auto late = head("EdgeDevice", "d") + "  labels: {config/device-by-config: setup}\n";
    fleet_under_test fleet{config("MQ==") + device};
    CHECK(*fleet.find("d")->playbooks == "[]");
    fleet.become(config("MQ==") + late);
    CHECK(*fleet.find("d")->playbooks == R"([{"name":"d-setup","ansible_playbook_string":"1"}])");
    fleet.become(config("Mg==") + late);
    CHECK(*fleet.find("d")->playbooks == R"([{"name":"d-setup-d4735e3a","ansible_playbook_string":"2"}])");
    fleet.become(late);
    CHECK(*fleet.find("d")->playbooks == "[]");
    CHECK(mentions(fleet.notices,
                   "EdgeDevice default/d: misses playbooks: EdgeConfig default/setup is missing"));
    fleet.become(late + head("PlaybookExecution", "d-setup") + "spec: {playbook: {content: NQ==}}\n");
    CHECK(fleet.find("d")->playbooks->find(R"("ansible_playbook_string":"5")") != std::string::npos);
    fleet.become(device + config("MQ=="));
    CHECK(*fleet.find("d")->playbooks == "[]");
}

TEST_CASE("model: revisions grow with changes, and not with time", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + head("ConfigMap", "c")};
    fleet.put_heartbeat("d", {"up", "v", {}, {}, {}});
    const auto before = fleet.describe("d").revision;
    fleet.now += 60s;
    fleet.put_heartbeat("d", {"up", "v", {}, {}, {}});
    CHECK(fleet.describe("d").revision == before);
    fleet.put_heartbeat("d", {"degraded", "v", {}, {}, {}});
    CHECK(fleet.describe("d").revision > before);
    CHECK(fleet.devices.revision_of({object_kind::config_map, {"default", "c"}}) > 0);
    CHECK(fleet.devices.revision_of({object_kind::config_map, {"default", "gone"}}) == 0);
}
