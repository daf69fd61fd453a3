// R15 to R17 and R35 to R39, and who is heard: what heartbeats do.
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

std::string device(const std::string& spec = "") {
    return head("EdgeDevice", "d") + "spec: {" + spec + "}\n";
}

std::string on_host(const std::string& name, const std::string& hostname) {
    return workload(name, "deviceSelector: {matchLabels: {device.hostname: " + hostname + "}}");
}

heartbeat running(const std::vector<std::string>& workloads, std::string_view hardware = "{}") {
    heartbeat beat{"up"};
    for (const auto& each : workloads) beat.workloads.push_back({each, "Running", ""});
    beat.hardware = object(hardware);
    return beat;
}

std::vector<std::string> reported(const fleet_under_test& fleet) {
    std::vector<std::string> names;
    for (const auto& each : fleet.describe("d").status.workloads) names.push_back(each.name);
    return names;
}

connection state_of(const fleet_under_test& fleet) { return fleet.describe("d").status.connection; }

} // namespace

TEST_CASE("R15, R36: partial hardware adds to the whole and takes nothing away", "[fleet][unit]") {
    fleet_under_test fleet{device()};
    fleet.put_registration("d", R"({"hostname":"h","cpu":{"architecture":"x","model":"m"}})");
    fleet.put_heartbeat("d", running({}, R"({"mounts":[{"device":"a"}]})"));
    fleet.put_heartbeat("d", running({}, R"({"cpu":{"model":"n"}})"));
    CHECK(object(fleet.describe("d").hardware) ==
          object(R"({"hostname":"h","cpu":{"architecture":"x","model":"n"},"mounts":[{"device":"a"}]})"));
}

TEST_CASE("R16, R17: labels follow the hardware in heartbeats, and stay when it is left out",
          "[fleet][unit]") {
    fleet_under_test fleet{device() + on_host("web", "a") + on_host("db", "b")};
    const std::vector<std::pair<std::string, std::string>> table{{R"({"hostname":"A"})", "web"},
                                                                 {R"({})", "web"},
                                                                 {R"({"cpu":{"model_name":"m"}})", "web"},
                                                                 {R"({"hostname":""})", "web"},
                                                                 {R"({"hostname":"b"})", "db"}};
    for (const auto& [hardware, expected] : table) {
        CAPTURE(hardware);
        fleet.put_heartbeat("d", running({}, hardware));
        CHECK(fleet.workloads("d") == std::vector<std::string>{expected});
    }
    CHECK(fleet.describe("d").labels.at("device.cpu-model") == "m");
}

TEST_CASE("R35: a heartbeat says phase, version and upgrade; what it leaves out is gone, but for phases",
          "[fleet][unit]") {
    fleet_under_test fleet{device() + workload("web", "deviceSelector: {}")};
    auto beat = running({"web", "stranger"});
    beat.version = "v";
    beat.upgrade = upgrade_report{"c", "failed", "t"};
    fleet.put_heartbeat("d", beat);
    auto status = fleet.describe("d").status;
    CHECK(status.phase == "up");
    CHECK(status.version == "v");
    REQUIRE(status.upgrade);
    CHECK(*status.upgrade == upgrade_report{"c", "failed", "t"});
    CHECK(reported(fleet) == std::vector<std::string>{"web"});
    fleet.now += 60s;
    fleet.put_heartbeat("d", {"down"});
    status = fleet.describe("d").status;
    CHECK(status.phase == "down");
    CHECK(status.version.empty());
    CHECK_FALSE(status.upgrade);
    CHECK(status.workload("web")->phase.get() == "Running");
    CHECK(status.workload("web")->since == 1000);
}

TEST_CASE("R35: the phase of a workload that comes to a device counts although the device says nothing new",
          "[fleet][unit]") {
    const auto beat = running({"web"});
    fleet_under_test fleet{device()};
    fleet.put_heartbeat_as("b", "d", beat);
    CHECK(reported(fleet).empty());
    fleet.become(device() + workload("web", "deviceSelector: {}"));
    fleet.now += 60s;
    fleet.put_heartbeat_as("b", "d", beat);
    CHECK(reported(fleet) == std::vector<std::string>{"web"});
}

TEST_CASE("R35: a heartbeat whose hardware brings a workload can report it at once", "[fleet][unit]") {
    fleet_under_test fleet{device() + on_host("web", "h")};
    fleet.put_heartbeat("d", running({"web"}, R"({"hostname":"h"})"));
    CHECK(reported(fleet) == std::vector<std::string>{"web"});
}

TEST_CASE("R35: a device that was put out and let in again is heard as if for the first time",
          "[fleet][unit]") {
    for (const bool removed : {false, true}) {
        CAPTURE(removed);
        fleet_under_test fleet;
        fleet.devices.approve("d", "default", "", "user:a");
        const heartbeat beat{"up"};
        fleet.put_heartbeat_as("b", "d", beat);
        removed ? fleet.devices.decommission("d", "user:a") : fleet.devices.deny("d", "user:a");
        CHECK(fleet.put_heartbeat_as("b", "d", beat) == outcome::not_found);
        fleet.devices.approve("d", "default", "", "user:a");
        CHECK(state_of(fleet) == connection::never);
        CHECK(fleet.put_heartbeat_as("b", "d", beat) == outcome::ok);
        CHECK(fleet.describe("d").status.phase == "up");
        CHECK(state_of(fleet) == connection::online);
    }
}

TEST_CASE("R35, R37: events are told once for one heartbeat, and again for the next", "[fleet][unit]") {
    heartbeat beat{"up"};
    beat.events = {{"Pulled", "image i", "warn"}, {"Done", "all", "info"}};
    fleet_under_test fleet{device()};
    for (int attempt = 0; attempt < 4; ++attempt) {
        CHECK(fleet.put_heartbeat_as("b", "d", beat) == outcome::ok);
        fleet.now += 1s;
    }
    CHECK(mentions(fleet.events("d"), "Pulled: image i (1)"));
    CHECK(mentions(fleet.events("d"), "Done: all (1)"));
    fleet.now += 60s;
    fleet.put_heartbeat_as("b", "d", beat);
    CHECK(mentions(fleet.events("d"), "Pulled: image i (2)"));
    const auto events = fleet.devices.events().of({"EdgeDevice", "default", "d"});
    REQUIRE(events.size() == 3);
    for (const auto& each : events) {
        CHECK((each.what.type == event_type::warning) == (each.what.reason == "Pulled"));
        CHECK(each.what.source == (each.what.reason == "Online" ? "edgeconf" : "device"));
    }
}

TEST_CASE("R36: playbooks that are reported again and again are one, and strangers none", "[fleet][unit]") {
    const auto config =
        head("EdgeConfig", "setup") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}]}}\n";
    fleet_under_test fleet{config + head("EdgeDevice", "d") + "  labels: {config/a: setup}\n"};
    heartbeat beat{"up"};
    beat.playbooks = {{"d-setup", "Running"}, {"stranger", "Running"}, {"", ""}};
    fleet.put_heartbeat("d", beat);
    CHECK(fleet.find("d")->playbooks->find("d-setup") != std::string::npos);
    const auto before = fleet.describe("d").revision;
    for (int i = 0; i < 100; ++i) fleet.put_heartbeat("d", beat);
    CHECK(fleet.describe("d").revision == before);
    beat.playbooks = {{"d-setup", "SuccessfullyCompleted"}};
    fleet.put_heartbeat("d", beat);
    CHECK(*fleet.find("d")->playbooks == "[]");
    CHECK(fleet.describe("d").revision > before);
    fleet.put_heartbeat("d", beat);
    CHECK(*fleet.find("d")->playbooks == "[]");
    fleet.become(config + head("EdgeDevice", "d") + "  labels: {config/a: setup, site: x}\n");
    CHECK(*fleet.find("d")->playbooks == "[]"); // once finished, it is not offered again
}

TEST_CASE("R36: a report of a playbook counts although it came before the playbook was offered",
          "[fleet][unit]") {
    const auto config =
        head("EdgeConfig", "setup") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}]}}\n";
    const auto labelled = head("EdgeDevice", "d") + "  labels: {config/a: setup}\n";
    fleet_under_test fleet{labelled};
    heartbeat beat{"up"};
    beat.playbooks = {{"d-setup", "SuccessfullyCompleted"}};
    fleet.put_heartbeat_as("b", "d", beat);
    fleet.become(labelled + config);
    CHECK(*fleet.find("d")->playbooks != "[]");
    fleet.now += 60s;
    fleet.put_heartbeat_as("b", "d", beat);
    CHECK(*fleet.find("d")->playbooks == "[]");
}

TEST_CASE("R37: words that Flotta does not list are taken as they are", "[fleet][unit]") {
    fleet_under_test fleet{device() + workload("web", "deviceSelector: {}")};
    heartbeat beat{"something-new"};
    beat.workloads = {{"web", "Degraded", "t"}, {"web", "Exited", "u"}};
    CHECK(fleet.put_heartbeat("d", beat) == outcome::ok);
    const auto status = fleet.describe("d").status;
    CHECK(status.phase == "something-new");
    CHECK(status.workload("web")->phase.get() == "Exited");
    CHECK(status.workload("web")->last_data_upload.get() == "u");
}

TEST_CASE("R38: nothing that a device says of its state changes what it is served", "[fleet][unit]") {
    fleet_under_test fleet{device() + workload("web", "deviceSelector: {}")};
    const auto before = fleet.message("d");
    REQUIRE_FALSE(before.empty());
    auto beat = running({"web"}, R"({"hostname":"h"})");
    beat.version = "v";
    fleet.put_heartbeat("d", beat);
    fleet.put_registration("d", R"({"hostname":"i"})", sha256("1"));
    fleet.advance(1000s);
    CHECK(fleet.message("d") == before);
}

TEST_CASE("R39: what was answered too late and is sent again has been done once", "[fleet][unit]") {
    fleet_under_test fleet{device()};
    fleet.put_registration("d", R"({"hostname":"h"})", sha256("1"));
    fleet.put_heartbeat_as("b", "d", {"up"});
    const auto before = fleet.describe("d");
    for (int i = 0; i < 3; ++i) {
        CHECK(fleet.put_heartbeat_as("b", "d", {"up"}) == outcome::ok);
        CHECK(fleet.enrol("d") == outcome::ok);
    }
    CHECK(fleet.describe("d").revision == before.revision);
    CHECK(fleet.put_registration("d", R"({"hostname":"h"})", sha256("1")) == outcome::ok);
    CHECK(fleet.describe("d").pin == before.pin);
    CHECK(fleet.describe("d").hardware == before.hardware);
}

TEST_CASE("R23: a device is offline after so many of its own periods, and not a second earlier",
          "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::chrono::seconds>> table{
        {"", 180s},

        {"heartbeat: {periodSeconds: 5}", 15s},
        {"heartbeat: {periodSeconds: 600}", 1800s},
    };
    for (const auto& [spec, patience] : table) {
        CAPTURE(spec);
        fleet_under_test fleet{device(spec)};
        fleet.advance(4000s);
        CHECK(state_of(fleet) == connection::never);
        for (int i = 0; i < 3; ++i) {
            fleet.put_heartbeat_as("b", "d", {}); // also one that says nothing new
            fleet.advance(patience - 1s);
            CHECK(state_of(fleet) == connection::online);
        }
        fleet.advance(1s);
        CHECK(state_of(fleet) == connection::offline);
        CHECK(fleet.devices.counts().offline == 1);
        fleet.put_heartbeat_as("b", "d", {});
        CHECK(state_of(fleet) == connection::online);
        CHECK(fleet.devices.counts().offline == 0);
    }
}

TEST_CASE("R23: patience that becomes shorter holds at once, for the silence that there was as well",
          "[fleet][unit]") {
    model_settings patient;
    patient.offline_after = 30;
    fleet_under_test fleet{device(), patient};
    fleet.put_heartbeat("d");
    fleet.advance(200s);
    CHECK(state_of(fleet) == connection::online);
    fleet.devices.configure({});
    fleet.advance(1s);
    CHECK(state_of(fleet) == connection::offline);

    fleet.devices.configure(patient);
    fleet.put_heartbeat("d");
    fleet.advance(200s);
    fleet.become(device("heartbeat: {periodSeconds: 5}"));
    fleet.advance(1s);
    CHECK(state_of(fleet) == connection::offline);
}

TEST_CASE("R9: heartbeats without polls are noticed, until a poll comes", "[fleet][unit]") {
    fleet_under_test fleet{device()};
    const auto live = [&](std::chrono::seconds span, bool polls) {
        for (; span > 0s; span -= 60s) {
            fleet.put_heartbeat_as("b", "d", {});
            if (polls) fleet.poll("d");
            fleet.advance(60s);
        }
    };
    live(1800s, true);
    CHECK_FALSE(fleet.describe("d").status.not_polling);
    live(240s, false);
    CHECK_FALSE(fleet.describe("d").status.not_polling);
    live(600s, false);
    CHECK(fleet.describe("d").status.not_polling);
    CHECK(fleet.devices.counts().not_polling == 1);
    fleet.poll("d");
    CHECK_FALSE(fleet.describe("d").status.not_polling);
    CHECK(fleet.devices.counts().not_polling == 0);
    CHECK(mentions(fleet.events("d"), "NotPolling"));
    CHECK(mentions(fleet.events("d"), "Polling: asks for its configuration again"));
}
