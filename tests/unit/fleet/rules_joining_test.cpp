// R1 to R7 and R18: who may join, who is kept out, and for how long.
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

std::string device(const std::string& id, const std::string& ns = "plant-1") {
    return head("EdgeDevice", id) + "  namespace: " + ns + "\n";
}

std::string request(const std::string& id, const std::string& spec = "") {
    return head("EdgeDeviceSignedRequest", id) + "spec: {targetNamespace: plant-1" + spec + "}\n";
}

std::string declined(const std::string& id) {
    return request(id) + "status: {conditions: [{type: declined, status: 'true'}]}\n";
}

model_settings automatic(std::optional<name_set> allowed = {}) {
    admission_settings admission;
    admission.approval = approval_mode::automatic;
    admission.allowed_namespaces = std::move(allowed);
    model_settings settings;
    settings.admission = edgeconf::fleet::admission{admission};
    return settings;
}

// What the device calls show of a device.
struct shown {
    outcome enrolment;
    outcome registration;
    outcome heartbeat;
    std::optional<device_state> entry;

    bool operator==(const shown&) const = default;
};

// Asks, which may change what is remembered; so does a device.
shown show(fleet_under_test& fleet, std::string_view id) {
    const auto enrolment = fleet.enrol(id, "plant-1");
    const auto registration = fleet.put_registration(id);
    const auto heartbeat = fleet.put_heartbeat(id);
    const auto* entry = fleet.find(id);
    return {enrolment, registration, heartbeat,
            entry == nullptr ? std::nullopt : std::optional{entry->state}};
}

const shown waiting{outcome::created, outcome::not_approved, outcome::not_found, device_state::pending};
const shown let_in{outcome::ok, outcome::ok, outcome::ok, device_state::known};
const shown kept_out{outcome::denied, outcome::denied, outcome::not_found, device_state::denied};
const shown gone{outcome::created, outcome::not_approved, outcome::not_found, device_state::removed};

} // namespace

TEST_CASE("R1: enrolling answers ok for a device that exists, in whatever namespace, and created before",
          "[fleet][unit]") {
    fleet_under_test fleet{device("there")};
    for (const auto* ns : {"plant-1", "plant-2", "default"}) {
        CAPTURE(ns);
        CHECK(fleet.enrol("there", ns) == outcome::ok);
        CHECK(fleet.enrol("new", ns) == outcome::created);
    }
    CHECK(fleet.describe("there").ns == "plant-1");
    CHECK(fleet.devices.approve("new", "", "", "user:a") == outcome::ok);
    CHECK(fleet.enrol("new", "plant-2") == outcome::ok);
}

TEST_CASE("R2: a request keeps what the device said at first: namespace, model, hardware", "[fleet][unit]") {
    fleet_under_test fleet;
    CHECK(fleet.enrol("d", "plant-1", {object(R"({"hostname":"h"})"), "model"}) == outcome::created);
    CHECK(fleet.enrol("d", "plant-2", {object(R"({"hostname":"other"})"), "other"}) == outcome::created);
    const auto described = fleet.describe("d");
    REQUIRE(described.request);
    CHECK(described.request->ns == "plant-1");
    CHECK(described.ns == "plant-1");
    CHECK(described.request->model_name == "model");
    CHECK(described.request->made == 1000);
    CHECK(described.request->decided == 0);
    CHECK(described.hardware == R"({"hostname":"h"})");
}

TEST_CASE("R2: a device that a manifest or a person had in mind already says what it is, too",
          "[fleet][unit]") {
    const enrolment body{object(R"({"hostname":"h"})"), "model"};
    fleet_under_test fleet{request("asked")};
    CHECK(fleet.devices.decommission("removed", "user:a") == outcome::ok);
    for (const auto* id : {"asked", "removed"}) {
        CAPTURE(id);
        CHECK(fleet.enrol(id, "plant-2") == outcome::created); // R4: it may leave everything out
        CHECK(fleet.enrol(id, "plant-2", body) == outcome::created);
        CHECK(fleet.describe(id).hardware == R"({"hostname":"h"})");
        CHECK(fleet.describe(id).request->model_name == "model");
    }
    CHECK(fleet.describe("asked").ns == "plant-1");
}

TEST_CASE("R3: the policy says which namespaces a device may choose", "[fleet][unit]") {
    fleet_under_test fleet{device("there", "plant-9"), automatic(name_set{"plant-1"})};
    const std::vector<std::pair<std::string, outcome>> table{
        {"plant-1", outcome::created}, {"plant-2", outcome::denied}, {"default", outcome::denied}};
    for (const auto& [ns, expected] : table) {
        CAPTURE(ns);
        CHECK(fleet.enrol("d-" + ns, ns) == expected);
        CHECK((fleet.find("d-" + ns) != nullptr) == (expected == outcome::created));
    }
    CHECK(fleet.devices.counts().denied == 0); // refused, not put on the list
    CHECK(fleet.enrol("there", "plant-2") == outcome::ok);
}

TEST_CASE("R4: an enrolment without features is one like any other", "[fleet][unit]") {
    fleet_under_test manual;
    CHECK(manual.enrol("d", "plant-1", {}) == outcome::created);
    CHECK(manual.describe("d").hardware.empty());
    fleet_under_test fleet{"", approval_mode::automatic};
    CHECK(fleet.enrol("d", "plant-1", {}) == outcome::created);
    CHECK(show(fleet, "d") == let_in);
}

TEST_CASE("R5: an approved device is in its target namespace, with the label of its set alone",
          "[fleet][unit]") {
    fleet_under_test fleet{request("asked", ", approved: true, targetSet: s")};
    fleet.enrol("plain", "plant-2", {object(R"({"hostname":"h"})"), ""});
    fleet.devices.approve("plain", "", "", "user:a");
    fleet.enrol("moved", "plant-2");
    fleet.devices.approve("moved", "plant-3", "t", "user:a");
    fleet.devices.approve("unseen", "plant-4", "", "user:a");
    struct row {
        std::string id;
        std::string ns;
        string_map labels;
    };
    const std::vector<row> table{{"asked", "plant-1", {{"flotta/member-of", "s"}}},
                                 {"plain", "plant-2", {}},
                                 {"moved", "plant-3", {{"flotta/member-of", "t"}}},
                                 {"unseen", "plant-4", {}}};
    for (const auto& [id, ns, labels] : table) {
        CAPTURE(id);
        const auto described = fleet.describe(id);
        CHECK(described.state == device_state::known);
        CHECK(described.ns == ns);
        CHECK(described.labels == labels);
        CHECK(*fleet.find(id)->registration == R"({"namespace":")" + ns + "\"}");
        CHECK(fleet.find(id)->configuration);
    }
}

TEST_CASE("R5: automatic approval lets in at once, and those that have been waiting when they ask again",
          "[fleet][unit]") {
    fleet_under_test fleet;
    const enrolment body;
    CHECK(fleet.enrol_as("e", "d", "plant-1", body) == outcome::created);
    CHECK(fleet.enrol_as("e", "d", "plant-1", body) == outcome::created);
    CHECK(fleet.find("d")->state == device_state::pending);
    fleet.devices.configure(automatic());
    CHECK(fleet.find("d")->state == device_state::pending);
    CHECK(fleet.enrol_as("e", "d", "plant-1", body) == outcome::created);
    CHECK(fleet.find("d")->state == device_state::known);
    CHECK(fleet.devices.counts().pending == 0);
    CHECK(fleet.devices.counts().known == 1);
    CHECK(show(fleet, "d") == let_in);
}

TEST_CASE("R6: a request is pending until it is decided, either way, and says when", "[fleet][unit]") {
    fleet_under_test fleet;
    for (const auto* id : {"yes", "no"}) fleet.enrol(id, "plant-1");
    CHECK(fleet.describe("yes").request->decided == 0);
    fleet.now += 5s;
    fleet.devices.approve("yes", "", "", "user:a");
    fleet.devices.deny("no", "user:a");
    CHECK(fleet.describe("yes").request->decided == 1005);
    CHECK(fleet.describe("no").request->decided == 1005);
    CHECK(fleet.describe("yes").request->made == 1000);
}

TEST_CASE("R7a: without a policy nobody gets in but by an administrator or a manifest", "[fleet][unit]") {
    fleet_under_test fleet{"", model_settings{}};
    CHECK(show(fleet, "d") == waiting);
    CHECK(show(fleet, "d") == waiting);
    CHECK(fleet.devices.approve("d", "", "", "user:a") == outcome::ok);
    CHECK(show(fleet, "d") == let_in);
    fleet.enrol("e", "plant-1");
    fleet.become(device("e"));
    CHECK(show(fleet, "e") == let_in);
}

TEST_CASE("R7a: a denial outlives request, device, manifest and policy, until an approval", "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> table{
        {"nothing known", [](auto&) {}},
        {"waiting", [](auto& fleet) { fleet.enrol("d", "plant-1"); }},
        {"known", [](auto& fleet) { fleet.devices.approve("d", "plant-1", "", "user:a"); }},
        {"in a manifest", [](auto& fleet) { fleet.become(device("d")); }},
        {"asked for in a manifest", [](auto& fleet) { fleet.become(request("d", ", approved: true")); }},
        {"declined in a manifest", [](auto& fleet) { fleet.become(declined("d")); }},
    };
    for (const auto& [name, prepare] : table) {
        CAPTURE(name);
        fleet_under_test fleet;
        prepare(fleet);
        CHECK(fleet.devices.deny("d", "user:a") == outcome::ok);
        CHECK(fleet.devices.deny("d", "user:a") == outcome::ok);
        fleet.devices.configure(automatic());
        CHECK(show(fleet, "d") == kept_out);
        fleet.become(device("d") + request("d", ", approved: true"));
        CHECK(show(fleet, "d") == kept_out);
        fleet.become("");
        CHECK(show(fleet, "d") == kept_out);
        fleet.devices.forget("d", "user:a");
        CHECK(fleet.devices.decommission("d", "user:a") == outcome::denied);
        fleet.advance(8 * 86400s);
        CHECK(show(fleet, "d") == kept_out);
        CHECK(fleet.devices.counts().denied == 1);
        CHECK(fleet.devices.approve("d", "plant-1", "", "user:a") == outcome::ok);
        CHECK(show(fleet, "d") == let_in);
        CHECK(fleet.devices.counts().denied == 0);
    }
}

TEST_CASE("R7a: a tombstone outlives everything but an approval, and the approval clears the pin",
          "[fleet][unit]") {
    const std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> table{
        {"nothing known", [](auto&) {}},
        {"waiting", [](auto& fleet) { fleet.enrol("d", "plant-1"); }},
        {"known",
         [](auto& fleet) {
             fleet.devices.approve("d", "plant-1", "", "user:a");
             fleet.put_registration("d", "{}", sha256("1"));
             fleet.put_heartbeat("d");
         }},
        {"asked for in a manifest", [](auto& fleet) { fleet.become(request("d", ", approved: true")); }},
    };
    for (const auto& [name, prepare] : table) {
        CAPTURE(name);
        fleet_under_test fleet;
        prepare(fleet);
        CHECK(fleet.devices.decommission("d", "user:a") == outcome::ok);
        CHECK(fleet.devices.decommission("d", "user:a") == outcome::ok);
        fleet.devices.configure(automatic());
        CHECK(show(fleet, "d") == gone);
        CHECK(show(fleet, "d") == gone);
        fleet.become(request("d", ", approved: true, targetSet: s"));
        CHECK(show(fleet, "d") == gone);
        fleet.become("");
        CHECK(show(fleet, "d") == gone);
        fleet.devices.forget("d", "user:a");
        CHECK(fleet.devices.deny("d", "user:a") == outcome::not_approved);
        fleet.become(declined("d"));
        CHECK(fleet.find("d")->state == device_state::removed);
        fleet.become("");
        fleet.advance(8 * 86400s);
        CHECK(show(fleet, "d") == gone);
        CHECK(fleet.devices.counts().removed == 1);
        CHECK(fleet.devices.approve("d", "plant-1", "", "user:a") == outcome::ok);
        CHECK(fleet.describe("d").pin.state() == pin_state::none);
        CHECK(show(fleet, "d") == let_in);
        CHECK(fleet.put_registration("d", "{}", sha256("2")) == outcome::ok);
        CHECK(fleet.devices.counts().removed == 0);
    }
}

TEST_CASE("R7a: a device that is forgotten, or gone from the manifests, is as if never seen",
          "[fleet][unit]") {
    const auto forget = [](fleet_under_test& fleet) {
        CHECK(fleet.devices.forget("d", "user:a") == outcome::ok);
    };
    const std::vector<std::pair<std::string, std::function<void(fleet_under_test&)>>> table{
        {"waiting", [&](auto& fleet) { fleet.enrol("d", "plant-1"), forget(fleet); }},
        {"known", [&](auto& fleet) { fleet.devices.approve("d", "plant-1", "", "user:a"), forget(fleet); }},
        {"in a manifest", [&](auto& fleet) { fleet.become(device("d")), fleet.become(""); }},
    };
    for (const auto& [name, act] : table) {
        CAPTURE(name);
        fleet_under_test fleet;
        act(fleet);
        CHECK_FALSE(fleet.find("d"));
        CHECK_FALSE(fleet.devices.describe("d"));
        CHECK(fleet.put_registration("d") == outcome::not_found);
        CHECK(fleet.put_heartbeat("d") == outcome::not_found);
        CHECK(fleet.devices.events().counts().events == 0);
        CHECK(show(fleet, "d") == waiting);
        CHECK(fleet.devices.counts().removed == 0);
    }
}

TEST_CASE("R7a: a request expires when it is not repeated for a week, a known device never",
          "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.enrol("silent", "plant-1");
    fleet.enrol_as("e", "asking", "plant-1", {});
    fleet.devices.approve("known", "plant-1", "", "user:a");
    for (int day = 0; day < 7; ++day) {
        fleet.advance(86'399s);
        fleet.enrol_as("e", "asking", "plant-1", {}); // a repetition that says nothing new counts
        fleet.advance(1s);
        CHECK((fleet.find("silent") != nullptr) == (day < 6));
    }
    CHECK(fleet.find("asking"));
    CHECK(fleet.find("known"));
    CHECK(fleet.devices.counts().pending == 1);
}

TEST_CASE("R7a: a device that was removed and asks again stops waiting like any other, and stays removed",
          "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.approve("d", "plant-1", "", "user:a");
    fleet.devices.decommission("d", "user:a");
    CHECK_FALSE(fleet.describe("d").request);
    fleet.enrol("d", "plant-2");
    fleet.advance(604'799s);
    fleet.enrol("d", "plant-2");
    fleet.advance(604'799s);
    CHECK(fleet.describe("d").request);
    const auto before = fleet.describe("d").revision;
    fleet.advance(1s);
    CHECK_FALSE(fleet.describe("d").request);
    CHECK(fleet.describe("d").revision > before);
    CHECK(fleet.find("d")->state == device_state::removed);
}

TEST_CASE("R7a: a request in a manifest waits as long as it is there", "[fleet][unit]") {
    fleet_under_test fleet{request("d")};
    fleet.advance(8 * 86'400s);
    REQUIRE(fleet.find("d"));
    CHECK(fleet.devices.forget("d", "user:a") == outcome::in_manifest);
    fleet.become("");
    fleet.advance(1s);
    CHECK_FALSE(fleet.find("d"));

    fleet.become(request("e"));
    fleet.enrol("e", "plant-1");
    fleet.become("");
    fleet.advance(604'799s);
    CHECK(fleet.find("e"));
    fleet.advance(1s);
    CHECK_FALSE(fleet.find("e"));
}

TEST_CASE("R7a: what a manifest asks for goes before a stranger's spelling of the id", "[fleet][unit]") {
    for (const auto& yaml : {device("Pump-1"), request("Pump-1", ", approved: true")}) {
        CAPTURE(yaml);
        fleet_under_test fleet;
        CHECK(fleet.enrol("pump-1", "plant-1") == outcome::created);
        fleet.become(yaml);
        CHECK_FALSE(fleet.find("pump-1"));
        CHECK(show(fleet, "Pump-1") == let_in);
        CHECK(fleet.enrol("pump-1", "plant-1") == outcome::case_twin);
        CHECK(fleet.devices.counts().pending == 0);
    }
}

TEST_CASE("R7: an approval that is taken back, or gone with its request, changes nothing", "[fleet][unit]") {
    fleet_under_test fleet{request("d", ", approved: true")};
    for (const auto& yaml : {request("d", ", approved: false"), std::string{}, request("d")}) {
        CAPTURE(yaml);
        fleet.become(yaml);
        CHECK(show(fleet, "d") == let_in);
    }
}

TEST_CASE("R7: with a device, its approval goes as well; what a manifest still asks for starts anew",
          "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.enrol("d", "plant-1");
    fleet.devices.approve("d", "", "", "user:a");
    fleet.devices.forget("d", "user:a");
    CHECK(show(fleet, "d") == waiting);

    for (const auto& [approved, expected] :
         {std::pair{"true", device_state::known}, std::pair{"false", device_state::pending}}) {
        CAPTURE(approved);
        const auto asked = request("e", std::string{", approved: "} + approved);
        fleet.become(asked + device("e"));
        CHECK(fleet.find("e")->state == device_state::known);
        fleet.become(asked);
        REQUIRE(fleet.find("e"));
        CHECK(fleet.find("e")->state == expected);
        fleet.become("");
        fleet.devices.forget("e", "user:a");
    }
}

TEST_CASE("R18: a device is out at once, and has nothing of the old one when it is let in again",
          "[fleet][unit]") {
    fleet_under_test fleet{workload("arm", "deviceSelector: {matchLabels: {device.hostname: h}}")};
    fleet.devices.approve("d", "default", "s", "user:a");
    fleet.put_registration("d", R"({"hostname":"h"})", sha256("1"));
    fleet.put_heartbeat("d", {"up", "v", {{"arm", "Running", ""}}});
    CHECK(fleet.workloads("d") == std::vector<std::string>{"arm"});
    CHECK(fleet.devices.decommission("d", "user:a") == outcome::ok);
    CHECK(fleet.find("d")->state == device_state::removed);
    CHECK_FALSE(fleet.find("d")->configuration);
    CHECK(fleet.devices.approve("d", "", "", "user:a") == outcome::ok); // where it was
    const auto described = fleet.describe("d");
    CHECK(described.ns == "default");
    CHECK(described.labels.empty());
    CHECK(described.hardware.empty());
    CHECK(described.status.phase.empty());
    CHECK(described.status.connection == connection::never);
    CHECK(described.pin.state() == pin_state::none);
    CHECK(fleet.workloads("d").empty());
}
