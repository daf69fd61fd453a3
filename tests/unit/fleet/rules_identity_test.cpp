// R8 to R14, R19 and R20: who is who, where, and with which key.
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

std::string device(const std::string& id, const std::string& ns = "plant-1") {
    return head("EdgeDevice", id) + "  namespace: " + ns + "\n";
}

digest key(int n) { return sha256(std::to_string(n)); }

outcome register_with(fleet_under_test& fleet, int n) { return fleet.put_registration("d", "{}", key(n)); }

pin_state pin(const fleet_under_test& fleet) { return fleet.describe("d").pin.state(); }

} // namespace

TEST_CASE("R8, R9: each state is told apart, and only a removal by an administrator reads as removed",
          "[fleet][unit]") {
    fleet_under_test fleet{device("approved") + device("registered") + device("forgotten")};
    fleet.put_registration("registered");
    fleet.enrol("waiting", "plant-1");
    fleet.devices.deny("denied", "user:a");
    fleet.devices.approve("removed", "plant-1", "", "user:a");
    fleet.devices.decommission("removed", "user:a");
    fleet.become(device("approved") + device("registered"));
    const std::vector<std::pair<std::string, std::optional<device_state>>> table{
        {"approved", device_state::known},  {"registered", device_state::known},
        {"waiting", device_state::pending}, {"denied", device_state::denied},
        {"removed", device_state::removed}, {"forgotten", std::nullopt},
        {"never-seen", std::nullopt},
    };
    for (const auto& [id, state] : table) {
        CAPTURE(id);
        const auto* entry = fleet.find(id);
        REQUIRE((entry != nullptr) == state.has_value());
        if (!state) continue;
        CHECK(entry->state == *state);
        CHECK((entry->registration != nullptr) == (*state == device_state::known));
        CHECK((entry->configuration != nullptr) == (*state == device_state::known));
    }
}

TEST_CASE("R9: an empty set of manifests removes nobody", "[fleet][unit]") {
    fleet_under_test fleet{device("a") + device("b")};
    fleet.devices.approve("c", "plant-1", "", "user:a");
    fleet.become("");
    CHECK_FALSE(fleet.find("a"));
    CHECK_FALSE(fleet.find("b"));
    CHECK(fleet.find("c")->state == device_state::known);
    CHECK(fleet.devices.counts().removed == 0);
}

TEST_CASE("R10, R12: a device is found by its id alone, and told where it truly is", "[fleet][unit]") {
    fleet_under_test fleet{device("d", "plant-1")};
    CHECK(fleet.enrol("d", "default") == outcome::ok);
    CHECK(*fleet.find("d")->registration == R"({"namespace":"plant-1"})");
    register_with(fleet, 1);
    fleet.put_heartbeat("d", {"up"});
    fleet.become(device("d", "plant-2"));
    CHECK(*fleet.find("d")->registration == R"({"namespace":"plant-2"})");
    CHECK(fleet.put_heartbeat("d") == outcome::ok);
    CHECK(register_with(fleet, 1) == outcome::ok);
    CHECK(register_with(fleet, 2) == outcome::other_key); // it is the same device
    CHECK(fleet.describe("d").status.registered == 1000);
    CHECK(fleet.devices.counts().known == 1);
}

TEST_CASE("R12: a device that moves takes its name along, and is missed when it falls silent there",
          "[fleet][unit]") {
    fleet_under_test fleet{device("d", "plant-1")};
    fleet.put_heartbeat("d");
    fleet.become(device("d", "plant-2"));
    CHECK(fleet.devices.events().of({"EdgeDevice", "plant-1", "d"}).empty());
    CHECK(mentions(fleet.events("d"), "Moved: was in plant-1 before"));
    fleet.advance(180s);
    CHECK(fleet.describe("d").status.connection == connection::offline);
    fleet.become("");
    CHECK(fleet.devices.events().counts().events == 0);
}

TEST_CASE("R11: a device that is not in gets no certificate", "[fleet][unit]") {
    fleet_under_test fleet{"", model_settings{}};
    CHECK(register_with(fleet, 1) == outcome::not_found);
    fleet.enrol("d", "plant-1");
    CHECK(register_with(fleet, 1) == outcome::not_approved);
    CHECK(pin(fleet) == pin_state::none); // and leaves no key behind
    fleet.devices.approve("d", "", "", "user:a");
    CHECK(register_with(fleet, 1) == outcome::ok);
    fleet.devices.decommission("d", "user:a");
    CHECK(register_with(fleet, 1) == outcome::not_approved);
    fleet.devices.approve("d", "plant-1", "", "user:a");
    fleet.devices.deny("d", "user:a");
    CHECK(register_with(fleet, 1) == outcome::denied);
}

TEST_CASE("R13: a registration whose answer was lost may be repeated, with the key or another",
          "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    CHECK(register_with(fleet, 1) == outcome::ok);
    CHECK(register_with(fleet, 1) == outcome::ok);
    CHECK(register_with(fleet, 2) == outcome::ok);
    CHECK(fleet.describe("d").status.registered == 1000);
}

TEST_CASE("R14: registering brings hardware and labels, also when the enrolment brought the same",
          "[fleet][unit]") {
    const auto* const hardware = R"({"hostname":"H","cpu":{"architecture":"x86_64"}})";
    const string_map labels{{"device.cpu-architecture", "x86_64"}, {"device.hostname", "h"}};
    for (const bool told_before : {false, true}) {
        CAPTURE(told_before);
        fleet_under_test fleet;
        fleet.enrol("d", "default", {told_before ? object(hardware) : object("{}"), ""});
        fleet.devices.approve("d", "", "", "user:a");
        CHECK(fleet.describe("d").labels.empty());
        CHECK(fleet.put_registration("d", hardware) == outcome::ok);
        CHECK(fleet.describe("d").labels == labels);
        CHECK(object(fleet.describe("d").hardware) == object(hardware));
    }
}

TEST_CASE("R14, R16: a value that makes no label, or too long a one, keeps no device out", "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    const auto hardware = R"({"hostname":"---","cpu":{"model_name":")" + std::string(80, 'X') + R"("}})";
    CHECK(fleet.put_registration("d", hardware) == outcome::ok);
    CHECK(fleet.describe("d").labels == string_map{{"device.cpu-model", std::string(63, 'x')}});
}

TEST_CASE("R19: one id in two spellings is one too many, whatever the first one is", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> table{
        {"waiting", [](auto& fleet) { fleet.enrol("Dev1", "plant-1"); }},
        {"known", [](auto& fleet) { fleet.devices.approve("Dev1", "plant-1", "", "user:a"); }},
        {"in a manifest", [](auto& fleet) { fleet.become(device("Dev1")); }},
        {"denied", [](auto& fleet) { fleet.devices.deny("Dev1", "user:a"); }},
        {"removed", [](auto& fleet) { fleet.devices.decommission("Dev1", "user:a"); }},
    };
    for (const auto& [name, prepare] : table) {
        CAPTURE(name);
        fleet_under_test fleet;
        prepare(fleet);
        const auto before = fleet.describe("Dev1").revision;
        CHECK(fleet.enrol("dev1", "plant-2") == outcome::case_twin);
        CHECK(fleet.enrol_as("e", "DEV1", "plant-2", {}) == outcome::case_twin);
        CHECK(fleet.put_registration("dev1") == outcome::not_found);
        CHECK(fleet.put_heartbeat("dev1") == outcome::not_found);
        CHECK(fleet.devices.approve("dev1", "plant-1", "", "user:a") == outcome::case_twin);
        CHECK(fleet.devices.deny("dev1", "user:a") == outcome::case_twin);
        CHECK(fleet.devices.decommission("dev1", "user:a") == outcome::case_twin);
        CHECK(fleet.devices.forget("dev1", "user:a") == outcome::not_found);
        CHECK(fleet.devices.reset_identity("dev1", "user:a") == outcome::not_found);
        fleet.devices.called("dev1");
        CHECK_FALSE(fleet.devices.describe("dev1"));
        CHECK(fleet.describe("Dev1").revision == before);
    }
}

TEST_CASE("R19: a manifest's device is left out, with a word, when its twin is no mere request",
          "[fleet][unit]") {
    fleet_under_test fleet{device("Dev1")};
    fleet.become(device("Dev1") + head("ConfigMap", "c"));
    fleet.devices.approve("dev2", "plant-1", "", "user:a");
    fleet.become(device("Dev1") + device("Dev2"));
    CHECK_FALSE(fleet.find("Dev2"));
    CHECK(fleet.find("dev2"));
    CHECK(mentions(fleet.notices, "EdgeDevice plant-1/Dev2: is left out: its id differs"));
}

TEST_CASE("R20: a key is provisional until a call that takes the certificate, then no other registers",
          "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> calls{
        {"heartbeat", [](auto& fleet) { fleet.put_heartbeat("d"); }},
        {"poll", [](auto& fleet) { fleet.poll("d"); }},
        {"heartbeat said before", [](auto& fleet) { fleet.put_heartbeat_as("b", "d", {}); }},
    };
    for (const auto& [name, call] : calls) {
        CAPTURE(name);
        fleet_under_test fleet{device("d")};
        fleet.put_heartbeat_as("b", "d", {});
        fleet.devices.reset_identity("d", "user:a"); // or its key would be one that came too late
        CHECK(register_with(fleet, 1) == outcome::ok);
        CHECK(pin(fleet) == pin_state::provisional);
        CHECK(fleet.find("d")->calls_matter);
        call(fleet);
        CHECK(pin(fleet) == pin_state::confirmed);
        CHECK_FALSE(fleet.find("d")->calls_matter);
        CHECK(register_with(fleet, 2) == outcome::other_key);
        CHECK(fleet.put_registration("d") == outcome::other_key); // nor without a readable one
        CHECK(register_with(fleet, 1) == outcome::ok);
        CHECK(mentions(fleet.events("d"), "IdentityRefused"));
    }
}

TEST_CASE("R20: a device that was in use before its key was known is not pinned to whoever registers next",
          "[fleet][unit]") {
    for (const bool readable : {true, false}) {
        CAPTURE(readable);
        fleet_under_test fleet{device("d")};
        fleet.put_heartbeat("d"); // the device itself, known from a manifest, its key unknown
        CHECK((readable ? register_with(fleet, 1) : fleet.put_registration("d")) ==
              outcome::ok); // a stranger
        fleet.poll("d");
        fleet.put_heartbeat("d");
        CHECK(pin(fleet) != pin_state::confirmed);
        CHECK(register_with(fleet, 2) == outcome::ok); // the device renews
        fleet.poll("d");
        CHECK(pin(fleet) == pin_state::ambiguous);
        CHECK(register_with(fleet, 2) == outcome::ok);
    }
}

TEST_CASE("R20: a registration beside a provisional key, readable or not, keeps both from being confirmed",
          "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    CHECK(register_with(fleet, 1) == outcome::ok);
    CHECK(fleet.put_registration("d") == outcome::ok);
    fleet.poll("d");
    CHECK(pin(fleet) == pin_state::ambiguous);
}

TEST_CASE("R14, R20: a second one's registration does not change what the device is known to be",
          "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    CHECK(fleet.put_registration("d", R"({"hostname":"own"})", sha256("1")) == outcome::ok);
    CHECK(fleet.put_registration("d", R"({"hostname":"stranger"})", sha256("2")) == outcome::ok);
    CHECK(fleet.describe("d").labels.at("device.hostname") == "own");
    fleet.put_heartbeat("d", {"up", "", {}, {}, object(R"({"hostname":"renamed"})")});
    CHECK(fleet.describe("d").labels.at("device.hostname") == "renamed");
}

TEST_CASE("R20: of two provisional keys none is confirmed, and one event says so", "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    CHECK(register_with(fleet, 1) == outcome::ok);
    CHECK(register_with(fleet, 2) == outcome::ok);
    for (int i = 0; i < 3; ++i) fleet.put_heartbeat("d");
    CHECK(pin(fleet) == pin_state::ambiguous);
    CHECK(register_with(fleet, 3) == outcome::ok);
    fleet.poll("d");
    CHECK(pin(fleet) == pin_state::ambiguous);
    std::size_t told = 0;
    for (const auto& each : fleet.events("d")) told += each.starts_with("IdentityAmbiguous") ? 1 : 0;
    CHECK(told == 1);
    CHECK(mentions(fleet.events("d"), "(1)"));
    CHECK(fleet.put_heartbeat("d") == outcome::ok); // and is served as any other
    CHECK(fleet.find("d")->configuration);
}

TEST_CASE("R20: resetting the identity lets the next key be the device's, and no one else's",
          "[fleet][unit]") {
    fleet_under_test fleet{device("d")};
    register_with(fleet, 1);
    fleet.put_heartbeat("d");
    CHECK(fleet.devices.reset_identity("d", "user:a") == outcome::ok);
    fleet.put_heartbeat("d"); // with the old certificate: proves nothing
    CHECK(pin(fleet) == pin_state::none);
    CHECK(register_with(fleet, 2) == outcome::ok);
    fleet.put_heartbeat("d");
    CHECK(pin(fleet) == pin_state::confirmed);
    CHECK(register_with(fleet, 1) == outcome::other_key);
    CHECK(fleet.devices.reset_identity("nobody", "user:a") == outcome::not_found);
    fleet.enrol("waiting", "plant-1");
    CHECK(fleet.devices.reset_identity("waiting", "user:a") == outcome::not_found);
}
