#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <functional>
#include <string>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

using act = std::function<outcome(model&)>;

// A device "d" in every state that it can be in, with and without manifests.
std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> states() {
    const auto device = head("EdgeDevice", "d");
    const auto request = head("EdgeDeviceSignedRequest", "d") + "spec: {targetNamespace: plant-1}\n";
    return {
        {"never seen", [](auto&) {}},
        {"waiting", [](auto& fleet) { fleet.enrol("d", "plant-1"); }},
        {"waiting, in a manifest", [=](auto& fleet) { fleet.become(request); }},
        {"known", [](auto& fleet) { fleet.devices.approve("d", "plant-1", "", "user:a"); }},
        {"known, in a manifest", [=](auto& fleet) { fleet.become(device); }},
        {"denied", [](auto& fleet) { fleet.devices.deny("d", "user:a"); }},
        {"denied, in a manifest",
         [=](auto& fleet) { fleet.become(device), fleet.devices.deny("d", "user:a"); }},
        {"removed",
         [](auto& fleet) {
             fleet.devices.approve("d", "plant-1", "", "user:a");
             fleet.devices.decommission("d", "user:a");
         }},
    };
}

} // namespace

TEST_CASE("model_administration: what each act comes to in each state", "[fleet][unit]") {
    using enum outcome;
    const std::vector<std::pair<std::string, act>> acts{
        {"approve", [](auto& all) { return all.approve("d", "", "", "user:a"); }},
        {"deny", [](auto& all) { return all.deny("d", "user:a"); }},
        {"decommission", [](auto& all) { return all.decommission("d", "user:a"); }},
        {"forget", [](auto& all) { return all.forget("d", "user:a"); }},
        {"reset identity", [](auto& all) { return all.reset_identity("d", "user:a"); }},
    };
    const std::vector<std::vector<outcome>> expected{
        {not_found, ok, ok, not_found, not_found},
        {ok, ok, ok, ok, not_found},
        {ok, ok, ok, in_manifest, not_found},
        {ok, ok, ok, ok, ok},
        {ok, ok, in_manifest, in_manifest, ok},
        {not_found, ok, denied, ok, not_found}, // nobody ever said where it belongs
        {ok, ok, in_manifest, in_manifest, not_found},
        {ok, not_approved, ok, ok, not_found},
    };
    const auto all = states();
    REQUIRE(all.size() == expected.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        for (std::size_t j = 0; j < acts.size(); ++j) {
            CAPTURE(all[i].first, acts[j].first);
            fleet_under_test fleet;
            all[i].second(fleet);
            CHECK(acts[j].second(fleet.devices) == expected[i][j]);
        }
    }
}

TEST_CASE("model_administration: counts say after each act what the devices say", "[fleet][unit]") {
    for (const auto& [name, prepare] : states()) {
        for (const act& each : std::vector<act>{
                 [](auto& all) { return all.approve("d", "plant-1", "", "user:a"); },
                 [](auto& all) { return all.deny("d", "user:a"); },
                 [](auto& all) { return all.decommission("d", "user:a"); },
                 [](auto& all) { return all.forget("d", "user:a"); },
             }) {
            CAPTURE(name);
            fleet_under_test fleet;
            prepare(fleet);
            fleet.put_heartbeat("d");
            fleet.advance(1000s); // offline, if anything
            each(fleet.devices);
            fleet.settle();
            const auto described = fleet.devices.describe("d");
            const auto is = [&](device_state state) {
                return described && described->state == state ? 1u : 0u;
            };
            const auto counts = fleet.devices.counts();
            CHECK(counts.known == is(device_state::known));
            CHECK(counts.pending == is(device_state::pending));
            CHECK(counts.denied == is(device_state::denied));
            CHECK(counts.removed == is(device_state::removed));
            CHECK(counts.offline ==
                  (described && described->status.connection == connection::offline ? 1u : 0u));
            CHECK((fleet.find("d") != nullptr) == described.has_value());
        }
    }
}

TEST_CASE("model_administration: a device that is put out does not seem to poll again", "[fleet][unit]") {
    const auto silent_polls = [](fleet_under_test& fleet) {
        fleet.devices.approve("d", "plant-1", "", "user:a");
        for (int i = 0; i < 20; ++i) {
            fleet.put_heartbeat("d");
            fleet.advance(60s);
        }
        CHECK(fleet.devices.counts().not_polling == 1);
    };
    for (const act& each : std::vector<act>{
             [](auto& all) { return all.deny("d", "user:a"); },
             [](auto& all) { return all.decommission("d", "user:a"); },
         }) {
        fleet_under_test fleet;
        silent_polls(fleet);
        each(fleet.devices);
        CHECK(fleet.devices.counts().not_polling == 0);
        CHECK_FALSE(mentions(fleet.events("d"), "Polling: asks"));
    }
}

TEST_CASE("model_administration: being let in is not being seen", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDeviceSignedRequest", "e") + "spec: {targetNamespace: plant-1}\n"};
    fleet.devices.approve("d", "plant-1", "", "user:a");
    CHECK(fleet.describe("d").last_seen == 0);
    CHECK(fleet.describe("e").last_seen == 0);
    fleet.enrol("e", "plant-1");
    CHECK(fleet.describe("e").last_seen == 1000);
}

TEST_CASE("model_administration: forgetting one that is out leaves nothing but that it is out",
          "[fleet][unit]") {
    for (const bool removed : {false, true}) {
        CAPTURE(removed);
        fleet_under_test fleet;
        fleet.devices.approve("d", "plant-1", "s", "user:a");
        fleet.put_registration("d", R"({"hostname":"h"})", sha256("1"));
        removed ? fleet.devices.decommission("d", "user:a") : fleet.devices.deny("d", "user:a");
        if (removed) fleet.enrol("d", "plant-2", {object(R"({"hostname":"i"})"), "m"});
        const auto before = fleet.describe("d");
        CHECK(before.request);
        CHECK(fleet.devices.forget("d", "user:a") == outcome::ok);
        const auto after = fleet.describe("d");
        CHECK(after.state == before.state);
        CHECK_FALSE(after.request);
        CHECK(after.hardware.empty());
        CHECK(after.labels.empty());
        CHECK(after.pin.state() == pin_state::none);
        CHECK(after.revision > before.revision);
    }
}

TEST_CASE("model_administration: a device that goes is a change of the fleet", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "m")};
    fleet.enrol("d", "plant-1");
    auto before = fleet.devices.revision();
    fleet.devices.forget("d", "user:a");
    CHECK(fleet.devices.revision() > before);
    fleet.enrol("d", "plant-1");
    before = fleet.devices.revision();
    fleet.advance(604'800s);
    CHECK(fleet.devices.revision() > before);
    before = fleet.devices.revision();
    fleet.become("");
    CHECK(fleet.devices.revision() > before);
}

TEST_CASE("model_administration: an approval elsewhere takes the events along", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.enrol("d", "plant-1");
    fleet.devices.approve("d", "plant-2", "", "user:a");
    CHECK(fleet.devices.events().of({"EdgeDevice", "plant-1", "d"}).empty());
    CHECK(mentions(fleet.events("d"), "Moved: was in plant-1 before"));
    CHECK(mentions(fleet.events("d"), "Approved: was let in"));
    fleet.devices.forget("d", "user:a");
    CHECK(fleet.devices.events().counts().events == 0);
}

TEST_CASE("model_administration: a known device has a configuration or a reason at any time",
          "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.apply(changes_between({}, objects_of(head("EdgeDevice", "d"))));
    CHECK(fleet.put_registration("d") == outcome::ok); // before anything is rendered
    REQUIRE(fleet.find("d"));
    CHECK_FALSE(fleet.find("d")->configuration);
    CHECK(fleet.find("d")->problem);
    CHECK(fleet.devices.counts().unconfigured == 1);
    fleet.settle();
    CHECK(fleet.find("d")->configuration);
    CHECK_FALSE(fleet.find("d")->problem);
    CHECK(fleet.devices.counts().unconfigured == 0);
}
