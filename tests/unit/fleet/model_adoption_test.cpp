#include "fleet/device_document.hpp"
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "kept_fleet.hpp"

#include "support/catch.hpp"

#include <chrono>
#include <string>

using namespace edgeconf::fleet;

namespace {

const std::string named_a = head("EdgeDevice", "a") + "spec: {}\n";

imported_device from_elsewhere(const std::string& id, const std::string& state = "known") {
    imported_device made;
    made.id = id;
    made.membership = R"({"namespace": "plant", "state": ")" + state +
                      R"(", "given": {"site": "north"}, "reported": {"device.hostname": "press"}, )" +
                      R"("spec": "{\"heartbeat\": {\"periodSeconds\": 7}}"})";
    made.status = R"({"phase": "up", "registered": 500, "connection": "online",
                      "workloads": {"web": {"phase": "Running", "since": 600}}})";
    made.hardware = hardware_codec{}.pack(R"({"hostname": "press"})");
    made.heard = 900;
    return made;
}

} // namespace

TEST_CASE("model: a device of another fleet is in, with all that is known of it", "[fleet][unit]") {
    fleet_under_test fleet{workload("web", "deviceSelector: {matchLabels: {site: north}}")};
    fleet.devices.remember_changes();
    kept_fleet kept;
    CHECK(fleet.devices.adopt(from_elsewhere("a")).empty());
    fleet.settle();
    CHECK(fleet.find("a") == nullptr); // not before it is stored
    kept.save(fleet.devices);
    REQUIRE(fleet.find("a") != nullptr);
    const auto device = fleet.describe("a");
    CHECK(device.ns == "plant");
    CHECK(device.status.phase == "up");
    CHECK(device.status.registered == 500);
    CHECK(device.last_seen == 900);
    CHECK(device.hardware == R"({"hostname": "press"})");
    CHECK(device.labels.at("device.hostname") == "press");
    CHECK(fleet.parsed("a").at("configuration").at("heartbeat").at("period_seconds") == 7);
}

TEST_CASE("model: a device of another fleet that was out stays out", "[fleet][unit]") {
    fleet_under_test fleet;
    CHECK(fleet.devices.adopt(from_elsewhere("denied", "denied")).empty());
    CHECK(fleet.devices.adopt(from_elsewhere("removed", "removed")).empty());
    CHECK(fleet.enrol("denied") == outcome::denied);
    CHECK(fleet.put_registration("removed") == outcome::not_approved);
    CHECK(fleet.devices.counts().denied == 1);
    CHECK(fleet.devices.counts().removed == 1);
}

TEST_CASE("model: a device that is here already stays as it is", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.enrol("a");
    CHECK(fleet.devices.adopt(from_elsewhere("a")) == "it is here already");
    CHECK(fleet.devices.adopt(from_elsewhere("A")) ==
          "its id differs from that of the device a in case alone");
    CHECK(fleet.describe("a").state == device_state::pending);
}

TEST_CASE("model: a manifest's device that has said nothing yet takes over what it said elsewhere",
          "[fleet][unit]") {
    fleet_under_test fleet{named_a};
    CHECK(fleet.devices.adopt(from_elsewhere("a", "removed")).starts_with("a manifest names it here"));
    CHECK(fleet.devices.adopt(from_elsewhere("a")).empty());
    fleet.settle();
    const auto device = fleet.describe("a");
    CHECK(device.ns == "default"); // the manifest says so
    CHECK_FALSE(device.labels.contains("site"));
    CHECK(device.labels.at("device.hostname") == "press");
    CHECK(device.status.phase == "up");
    CHECK(device.last_seen == 900);
    CHECK(fleet.devices.adopt(from_elsewhere("a")) == "it is here already");
}

TEST_CASE("model: a device of another fleet that waits has asked, whatever its fleet says of that",
          "[fleet][unit]") {
    fleet_under_test fleet;
    auto waiting = from_elsewhere("a");
    waiting.membership = R"({"namespace": "plant", "state": "pending"})";
    CHECK(fleet.devices.adopt(waiting).empty());
    REQUIRE(fleet.describe("a").request);
    CHECK(fleet.describe("a").request->ns == "plant");
    CHECK(fleet.enrol("a", "plant", {object(R"({"hostname": "press"})"), "model"}) == outcome::created);
    CHECK(fleet.devices.approve("a", "", "", "user:u") == outcome::ok);
}

TEST_CASE("model: patience with a device of another fleet that waits begins with its import",
          "[fleet][unit]") {
    const auto heard = GENERATE(as<unix_seconds>{}, 0, 900);
    fleet_under_test fleet;
    fleet.advance(std::chrono::hours{24 * 8}); // longer than the grace after a start and than the patience
    auto waiting = from_elsewhere("a", "pending");
    waiting.heard = heard;
    CHECK(fleet.devices.adopt(waiting).empty());
    auto removed = from_elsewhere("b", "removed");
    removed.membership.insert(removed.membership.size() - 1,
                              R"(, "request": {"namespace": "plant", "made": 1})");
    removed.heard = heard;
    CHECK(fleet.devices.adopt(removed).empty());
    REQUIRE(fleet.describe("b").request);
    fleet.advance(std::chrono::hours{24 * 6});
    CHECK(fleet.devices.describe("a"));
    CHECK(fleet.describe("b").request);
    fleet.advance(std::chrono::hours{24 * 2});
    CHECK_FALSE(fleet.devices.describe("a"));
    CHECK_FALSE(fleet.describe("b").request);
}
