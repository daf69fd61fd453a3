#include "fleet/model.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <atomic>
#include <thread>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

// A fleet whose clock the test turns, and that remembers what it was told.
struct fleet_under_test {
    explicit fleet_under_test(const std::string& yaml, approval_policy approval = approval_policy::manual)
        : devices{objects_of(yaml), approval, [this] { return now; },
                  [this](const notice& each) {
                      notices.push_back(std::string{each.device} + ": " + std::string{each.text});
                  }} {}

    std::vector<std::string> workloads(std::string_view id) const {
        const auto entry = devices.find(id);
        return entry && entry->configuration ? entry->configuration->workloads
                                             : std::vector<std::string>{"no configuration"};
    }

    time_point now{1000s};
    std::vector<std::string> notices;
    model devices;
};

boost::json::object object(std::string_view text) { return boost::json::parse(text).get_object(); }

std::string request(const std::string& name, const std::string& spec) {
    return head("EdgeDeviceSignedRequest", name) + "spec: {targetNamespace: plant-1" + spec + "}\n";
}

std::string workload(const std::string& name, const std::string& label,
                     const std::string& container = "image: i") {
    return head("EdgeWorkload", name) + "spec: {deviceSelector: {matchLabels: {" + label +
           "}}, pod: {spec: {containers: [{name: c, " + container + "}]}}}\n";
}

} // namespace

TEST_CASE("model: R1 an enrolment waits until the device exists", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "there")};
    CHECK(fleet.devices.enrol("there", "default", {}) == outcome::ok);
    CHECK(fleet.devices.enrol("new", "plant-1", {object(R"({"hostname":"h"})"), "model"}) ==
          outcome::created);
    CHECK(fleet.devices.enrol("new", "plant-2", {}) == outcome::created);
    const auto status = fleet.devices.status("new");
    REQUIRE(status);
    CHECK(status->state == device_state::pending);
    CHECK(status->ns == "plant-1");
    CHECK(status->model_name == "model");
    CHECK(status->hardware == R"({"hostname":"h"})");
    CHECK(fleet.devices.put_registration("new", {}) == outcome::not_approved);
    CHECK(fleet.devices.put_heartbeat("new", {}) == outcome::not_found);
}

TEST_CASE("model: R5 automatic approval lets a device in where it asked, and says so the second time",
          "[fleet][unit]") {
    fleet_under_test fleet{"", approval_policy::automatic};
    CHECK(fleet.devices.enrol("d", "plant-1", {}) == outcome::created);
    CHECK(fleet.devices.enrol("d", "plant-1", {}) == outcome::ok);
    CHECK(fleet.devices.find("d")->registration == R"({"namespace":"plant-1"})");
    CHECK(fleet.devices.put_registration("d", {}) == outcome::ok);
}

TEST_CASE("model: requests in manifests approve, wait or deny", "[fleet][unit]") {
    fleet_under_test fleet{request("approved", ", approved: true, targetSet: s") + request("waiting", "") +
                           request("refused", ", approved: true") +
                           "status: {conditions: [{type: declined, status: 'true'}]}\n"};
    CHECK(fleet.devices.enrol("approved", "x", {}) == outcome::ok);
    CHECK(fleet.devices.status("approved")->ns == "plant-1");
    CHECK(fleet.devices.status("approved")->labels == string_map{{"flotta/member-of", "s"}});
    CHECK(fleet.devices.enrol("waiting", "x", {}) == outcome::created);
    CHECK(fleet.devices.put_registration("waiting", {}) == outcome::not_approved);
    CHECK(fleet.devices.enrol("refused", "x", {}) == outcome::denied);
    CHECK(fleet.devices.put_registration("refused", {}) == outcome::denied);
    const auto counts = fleet.devices.counts();
    CHECK(counts.known == 1);
    CHECK(counts.pending == 1);
    CHECK(counts.denied == 1);
}

TEST_CASE("model: R7a a denial goes before a device, also under automatic approval", "[fleet][unit]") {
    const auto yaml = head("EdgeDevice", "d") + "  namespace: plant-1\n" + request("d", "") +
                      "status: {conditions: [{type: declined, status: 'True'}]}\n";
    fleet_under_test fleet{yaml, approval_policy::automatic};
    CHECK(fleet.devices.enrol("d", "plant-1", {}) == outcome::denied);
    CHECK(fleet.devices.counts().known == 0);
    CHECK(mentions(fleet.notices, "declined"));
}

TEST_CASE("model: R19 a case twin is refused and never served", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "Dev1"), approval_policy::automatic};
    CHECK(fleet.devices.enrol("dev1", "default", {}) == outcome::case_twin);
    CHECK_FALSE(fleet.devices.find("dev1"));
    CHECK_FALSE(fleet.devices.status("dev1"));
    CHECK(fleet.devices.put_registration("dev1", {}) == outcome::not_found);
    CHECK(fleet.devices.put_heartbeat("dev1", {}) == outcome::not_found);
    CHECK(fleet.devices.enrol("pending", "default", {}) == outcome::created);
    CHECK(fleet.devices.enrol("PENDING", "default", {}) == outcome::case_twin);
}

TEST_CASE("model: R7a at most 10,000 devices wait", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "there")};
    for (std::size_t i = 0; i < model::pending_limit; ++i) {
        REQUIRE(fleet.devices.enrol("d" + std::to_string(i), "default", {}) == outcome::created);
    }
    CHECK(fleet.devices.enrol("one-more", "default", {}) == outcome::too_many);
    CHECK_FALSE(fleet.devices.find("one-more"));
    CHECK(fleet.devices.enrol("d7", "default", {}) == outcome::created);
    CHECK(fleet.devices.enrol("there", "default", {}) == outcome::ok);
}

TEST_CASE("model: R16 and R17 labels from hardware choose workloads, and stay", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {site: north}\n" +
                           workload("arm", "device.cpu-architecture: aarch64")};
    CHECK(fleet.workloads("d").empty());
    const auto before = fleet.devices.find("d");
    CHECK(fleet.devices.put_registration(
              "d", {object(R"({"hostname":"H","cpu":{"architecture":"AArch64"}})")}) == outcome::ok);
    CHECK(fleet.workloads("d") == std::vector<std::string>{"arm"});
    CHECK(before->configuration->workloads.empty());
    CHECK(fleet.devices.put_heartbeat(
              "d", {"up", "", {}, {}, object(R"({"hostname":"","mounts":[{"device":"x"}]})")}) ==
          outcome::ok);
    CHECK(fleet.workloads("d") == std::vector<std::string>{"arm"});
    const auto status = fleet.devices.status("d");
    CHECK(status->labels ==
          string_map{{"device.cpu-architecture", "aarch64"}, {"device.hostname", "h"}, {"site", "north"}});
    CHECK(status->registered == time_point{1000s});
    CHECK(
        boost::json::parse(status->hardware) ==
        boost::json::parse(R"({"hostname":"H","cpu":{"architecture":"AArch64"},"mounts":[{"device":"x"}]})"));
}

TEST_CASE("model: a heartbeat that changes no label renders nothing", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d")};
    fleet.devices.put_registration("d", {object(R"({"hostname":"h"})")});
    const auto before = fleet.devices.find("d");
    fleet.devices.put_heartbeat("d", {"up", "v", {}, {}, object(R"({"hostname":"h"})")});
    CHECK(fleet.devices.find("d") == before);
}

TEST_CASE("model: R35 a heartbeat tells how a device is", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {site: north}\n" +
                           workload("web", "site: north") + workload("db", "site: north")};
    fleet.now = time_point{2000s};
    CHECK(fleet.devices.put_heartbeat(
              "d", {"up",
                    "v1",
                    {{"web", "Running", ""}, {"stranger", "Running", ""}, {"db", "Exited", "t"}},
                    upgrade_report{"c", "failed", "t"},
                    {}}) == outcome::ok);
    fleet.now = time_point{3000s};
    CHECK(fleet.devices.put_heartbeat("d", {"degraded", "v2", {{"web", "Running", "u"}}, {}, {}}) ==
          outcome::ok);
    const auto status = fleet.devices.status("d");
    REQUIRE(status);
    CHECK(status->last_seen == time_point{3000s});
    CHECK(status->phase == "degraded");
    CHECK(status->version == "v2");
    CHECK_FALSE(status->upgrade);
    REQUIRE(status->workloads.size() == 2);
    CHECK(status->workloads.at("web").phase == "Running");
    CHECK(status->workloads.at("web").since == time_point{2000s});
    CHECK(status->workloads.at("web").last_data_upload == "u");
    CHECK(status->workloads.at("db").phase == "Exited");
    CHECK(fleet.devices.put_heartbeat("nobody", {}) == outcome::not_found);
}

TEST_CASE("model: a workload that leaves a device takes its phase along", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {device.hostname: a}\n" +
                           workload("web", "device.hostname: a")};
    fleet.devices.put_heartbeat("d", {"up", "", {{"web", "Running", ""}}, {}, {}});
    CHECK(fleet.devices.status("d")->workloads.size() == 1);
    fleet.devices.put_heartbeat("d", {"up", "", {}, {}, object(R"({"hostname":"b"})")});
    CHECK(fleet.devices.status("d")->workloads.empty());
}

TEST_CASE("model: R30 a broken reference keeps the last good configuration", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") +
                           workload("bad", "device.hostname: h", "envFrom: [{secretRef: {name: s}}]")};
    const auto good = fleet.devices.find("d")->configuration;
    REQUIRE(good);
    CHECK(fleet.devices.put_registration("d", {object(R"({"hostname":"h"})")}) == outcome::ok);
    CHECK(fleet.devices.find("d")->configuration == good);
    CHECK(fleet.devices.counts().stale == 1);
    CHECK(mentions(
        fleet.notices,
        "d: keeps its last good configuration: EdgeWorkload default/bad: Secret default/s is missing"));
    fleet.devices.put_heartbeat("d", {"up", "", {}, {}, object(R"({"hostname":"mended"})")});
    CHECK(fleet.devices.counts().stale == 0);
    CHECK(fleet.devices.find("d")->problem.empty());
}

TEST_CASE("model: R30 a device that never had a configuration has none to serve", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + "  labels: {a: b}\n" +
                           workload("bad", "a: b", "envFrom: [{secretRef: {name: s}}]") +
                           head("EdgeDevice", "fine")};
    const auto entry = fleet.devices.find("d");
    CHECK_FALSE(entry->configuration);
    CHECK(entry->problem.find("Secret default/s is missing") != std::string::npos);
    CHECK(fleet.devices.counts().unconfigured == 1);
    CHECK(mentions(fleet.notices, "d: has no configuration to serve"));
    CHECK(fleet.devices.find("fine")->configuration);
}

TEST_CASE("model: one missing Secret does not flood the log of a large fleet", "[fleet][unit]") {
    auto yaml = head("EdgeWorkload", "bad") + "spec: {deviceSelector: {}, pod: {spec: {containers: [{name: "
                                              "c, envFrom: [{secretRef: {name: s}}]}]}}}\n";
    for (int i = 0; i < 80; ++i) yaml += head("EdgeDevice", "d" + std::to_string(i));
    fleet_under_test fleet{yaml};
    CHECK(fleet.devices.counts().unconfigured == 80);
    REQUIRE(fleet.notices.size() == 51);
    CHECK(fleet.notices.back() == ": and 30 more warnings of devices");
}

TEST_CASE("model: readers and writers of one device at once see whole entries", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "d") + workload("even", "device.hostname: even"),
                           approval_policy::automatic};
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!done) {
                const auto entry = fleet.devices.find("d");
                if (!entry->configuration || entry->configuration->parts.size() < 3) ++wrong;
                if (fleet.devices.counts().known == 0 || !fleet.devices.status("d")) ++wrong;
            }
        });
    }
    threads.emplace_back([&] {
        for (int i = 0; i < 300; ++i) fleet.devices.enrol("e" + std::to_string(i), "default", {});
    });
    for (int i = 0; i < 300; ++i) {
        const auto* name = i % 2 == 0 ? R"({"hostname":"even"})" : R"({"hostname":"odd"})";
        if (fleet.devices.put_heartbeat("d", {"up", "", {{"even", "Running", ""}}, {}, object(name)}) !=
            outcome::ok)
            ++wrong;
        if (fleet.devices.put_registration("d", {object(name)}) != outcome::ok) ++wrong;
    }
    threads.back().join();
    done = true;
    for (std::size_t i = 0; i + 1 < threads.size(); ++i) threads[i].join();
    CHECK(wrong == 0);
    CHECK(fleet.devices.counts().known == 301);
}
