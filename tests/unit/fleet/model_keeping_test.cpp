#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "kept_fleet.hpp"

#include "support/catch.hpp"

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace edgeconf::fleet;

namespace {

const std::vector<std::string> ids{"a", "b", "c", "d", "e", "f", "g", "h"};

constexpr auto token = "---\nkind: Secret\napiVersion: v1\nmetadata: {name: token}\nstringData: {k: v}\n";

// Manifests that name some of the devices, with a workload for those at site north, and with or without the
// Secret that it refers to.
std::string fleet_yaml(const std::set<std::string>& named, bool whole) {
    std::string yaml = workload("web", "deviceSelector: {matchLabels: {site: north}}",
                                "image: i, envFrom: [{secretRef: {name: token}}]");
    yaml += workload("probe", "deviceSelector: {matchLabels: {device.hostname: press}}");
    yaml += head("EdgeConfig", "base") + "spec: {edgePlaybook: {playbooks: [{content: MQ==}]}}\n";
    if (whole) yaml += token;
    for (const auto& id : named) {
        yaml +=
            "---\napiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: " +
            id + ", namespace: default, labels: {site: north, config/base: base}}\n";
    }
    return yaml;
}

// The device as a restart has to bring it back.
std::string told(const fleet_under_test& fleet, const std::string& id) {
    auto found = fleet.devices.describe(id);
    if (!found) return "unknown";
    auto& d = *found;
    std::string text = d.ns + "|" + std::to_string(static_cast<int>(d.state)) + "|" + d.pin.text() + "|" +
                       d.hardware + "|" + d.status.phase + "|" + d.status.version + "|" +
                       std::to_string(d.status.registered) + "|" + std::to_string(d.last_seen) + "|" +
                       std::to_string(static_cast<int>(d.status.connection)) + "|" + d.rendered_version;
    if (d.state != device_state::known) d.labels.clear(); // they count for nothing then
    for (const auto& [key, value] : d.labels) text += "|" + key + "=" + value;
    for (const auto& each : d.status.workloads) text += "|" + each.name.get() + ":" + each.phase.get();
    if (d.request) text += "|" + d.request->ns + ":" + d.request->set + ":" + std::to_string(d.request->made);
    for (const auto& event : fleet.events(id)) {
        if (event.find("is both") == std::string::npos) text += "|" + event; // said again at each start
    }
    const auto* entry = fleet.find(id);
    if (entry != nullptr && entry->playbooks) text += "|" + *entry->playbooks;
    return text + "|" + fleet.message(id);
}

struct restarted {
    explicit restarted(const fleet_under_test& before, const kept_fleet& kept)
        : fleet{"", settings(), before.now} {
        auto objects = before.manifests;
        fleet.manifests = objects;
        const auto devices = std::exchange(objects.devices, {});
        fleet.devices.apply(changes_between({}, objects));
        kept.restore_devices(fleet.devices);
        fleet.devices.remember_changes();
        object_set named;
        named.devices = devices;
        fleet.devices.apply(changes_between({}, named));
        fleet.settle();
    }
    static model_settings settings() { return {}; }

    fleet_under_test fleet;
};

void do_something(fleet_under_test& fleet, std::mt19937& random) {
    const auto pick = [&](std::size_t of) {
        return std::uniform_int_distribution<std::size_t>{0, of - 1}(random);
    };
    const auto& id = ids[pick(ids.size())];
    switch (pick(12)) {
    case 0:
        fleet.enrol(id, pick(2) == 0 ? "default" : "other", {object(R"({"hostname": "press"})"), "m"});
        break;
    case 1: fleet.devices.approve(id, "default", pick(2) == 0 ? "set" : "", "user:u"); break;
    case 2:
        fleet.put_registration(id, R"({"hostname": "press", "cpu": {"architecture": "arm"}})",
                               edgeconf::fleet::sha256(std::string(1, static_cast<char>('0' + pick(2)))));
        break;
    case 3:
    case 4: {
        heartbeat beat;
        beat.status = pick(2) == 0 ? "up" : "degraded";
        beat.version = std::to_string(pick(3));
        beat.workloads = {{"web", pick(2) == 0 ? "Running" : "Exited", ""}};
        if (pick(3) == 0)
            beat.playbooks = {{id + "-base", pick(2) == 0 ? "Running" : "SuccessfullyCompleted"}};
        if (pick(3) == 0) beat.events = {{"Reason", "message", "warn"}};
        fleet.put_heartbeat(id, beat);
        break;
    }
    case 5: fleet.devices.deny(id, "user:u"); break;
    case 6: fleet.devices.decommission(id, "user:u"); break;
    case 7: fleet.devices.forget(id, "user:u"); break;
    case 8: fleet.devices.reset_identity(id, "user:u"); break;
    case 9: fleet.advance(std::chrono::seconds{pick(300)}); break;
    default: {
        std::set<std::string> named;
        for (const auto& each : ids) {
            if (pick(2) == 0) named.insert(each);
        }
        fleet.become(fleet_yaml(named, pick(2) == 0));
        break;
    }
    }
}

} // namespace

TEST_CASE("model: what was saved is there after a restart, whatever happened", "[fleet][unit]") {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random{seed};
        fleet_under_test fleet{"", restarted::settings()};
        fleet.devices.remember_changes();
        kept_fleet kept;
        for (int step = 0; step < 60; ++step) {
            do_something(fleet, random);
            if (random() % 3 == 0) kept.save(fleet.devices);
        }
        fleet.settle();
        kept.save(fleet.devices);
        const restarted again{fleet, kept};
        for (const auto& id : ids) CHECK(told(again.fleet, id) == told(fleet, id));
        const auto before = fleet.devices.counts();
        const auto after = again.fleet.devices.counts();
        CHECK(after.known == before.known);
        CHECK(after.pending == before.pending);
        CHECK(after.denied == before.denied);
        CHECK(after.removed == before.removed);
        CHECK(after.offline == before.offline);
        CHECK(after.not_polling == before.not_polling);
        CHECK(after.stale == before.stale);
        CHECK(after.unconfigured == before.unconfigured);
    }
}

TEST_CASE("model: a restart of an unchanged fleet writes nothing", "[fleet][unit]") {
    fleet_under_test fleet{fleet_yaml({"a", "b"}, true)};
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.become(fleet_yaml({"a", "b", "c"}, true));
    fleet.enrol("h");
    fleet.put_heartbeat("c");
    kept.save(fleet.devices);
    CHECK(kept.devices() == 2); // those that came while changes were remembered
    restarted again{fleet, kept};
    kept.save(again.fleet.devices); // a and b, whose rows were never there
    restarted third{again.fleet, kept};
    const auto written = kept.written();
    CHECK_FALSE(third.fleet.devices.has_unsaved());
    kept.save(third.fleet.devices);
    CHECK(kept.written() == written);
}

TEST_CASE("model: nobody sees an enrolment, an approval or a key before it is saved", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.remember_changes();
    kept_fleet kept;
    CHECK(fleet.enrol("a") == outcome::created);
    CHECK(fleet.devices.has_unsaved_membership());
    CHECK(fleet.find("a") == nullptr);
    kept.save(fleet.devices);
    CHECK_FALSE(fleet.devices.has_unsaved_membership());
    REQUIRE(fleet.find("a") != nullptr);
    CHECK(fleet.find("a")->state == device_state::pending);

    CHECK(fleet.devices.approve("a", "", "", "user:u") == outcome::ok);
    fleet.settle();
    CHECK(fleet.find("a")->state == device_state::pending);
    kept.save(fleet.devices);
    CHECK(fleet.find("a")->state == device_state::known);
    CHECK_FALSE(fleet.message("a").empty());

    CHECK(fleet.put_registration("a", "{}", digest{1}) == outcome::ok);
    CHECK_FALSE(fleet.find("a")->calls_matter);
    kept.save(fleet.devices);
    CHECK(fleet.find("a")->calls_matter); // its next call proves the key
    fleet.poll("a");
    CHECK(fleet.devices.has_unsaved_membership());
    kept.save(fleet.devices);
    CHECK(fleet.describe("a").pin.state() == pin_state::confirmed);

    CHECK(fleet.devices.decommission("a", "user:u") == outcome::ok);
    CHECK(fleet.find("a")->state == device_state::known);
    kept.save(fleet.devices);
    CHECK(fleet.find("a")->state == device_state::removed);
}

TEST_CASE("model: R30: a restart keeps the last good configuration of a device whose newest is broken",
          "[fleet][unit]") {
    fleet_under_test fleet{fleet_yaml({}, true)};
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.become(fleet_yaml({"a"}, true));
    kept.save(fleet.devices);
    const auto good = fleet.message("a");
    REQUIRE_FALSE(good.empty());
    fleet.become(fleet_yaml({"a"}, false));
    kept.save(fleet.devices);
    CHECK(fleet.message("a") == good);

    restarted again{fleet, kept};
    CHECK(again.fleet.message("a") == good);
    CHECK(again.fleet.devices.counts().stale == 1);
    const auto written = kept.written();
    kept.save(again.fleet.devices);
    CHECK(kept.written() == written);

    again.fleet.become(fleet_yaml({"a"}, true)); // mended
    kept.save(again.fleet.devices);
    CHECK(again.fleet.message("a") == good);
    CHECK(again.fleet.devices.counts().stale == 0);
    const restarted third{again.fleet, kept};
    CHECK(third.fleet.message("a") == good);
}

TEST_CASE("model: what a restart has to say again is no other event than it was", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.remember_changes();
    kept_fleet kept;
    CHECK(fleet.enrol("other") == outcome::created);
    const std::string lacking =
        R"({"namespace":"default","state":"known","given":{"config/device-by-config":"gone"}})";
    REQUIRE(fleet.devices.adopt({"a", lacking, "", {}, 0}).empty());
    fleet.settle();
    kept.save(fleet.devices);
    const auto before = fleet.events("a");
    REQUIRE(mentions(before, "PlaybookMissing"));

    restarted again{fleet, kept};
    CHECK(again.fleet.events("other") == fleet.events("other"));
    REQUIRE(again.fleet.events("a").size() == before.size());
    CHECK(mentions(again.fleet.events("a"), "(2)")); // said once more
    kept.save(again.fleet.devices);
    restarted third{again.fleet, kept};
    CHECK(mentions(third.fleet.events("a"), "(3)"));
    CHECK(third.fleet.devices.forget("other", "user:u") == outcome::ok);
    CHECK(third.fleet.devices.forget("a", "user:u") == outcome::ok);
    CHECK(third.fleet.devices.events().counts().objects == 0);
}

TEST_CASE("model: R7, R7a: denials and tombstones outlive a restart, whatever old manifests say",
          "[fleet][unit]") {
    const auto requests = [](std::string_view id) {
        return head("EdgeDeviceSignedRequest", id) + "spec: {targetNamespace: default, approved: true}\n";
    };
    fleet_under_test fleet{requests("a") + requests("b")};
    fleet.devices.remember_changes();
    kept_fleet kept;
    REQUIRE(fleet.find("a")->state == device_state::known);
    CHECK(fleet.devices.decommission("a", "user:u") == outcome::ok);
    CHECK(fleet.devices.deny("b", "user:u") == outcome::ok);
    CHECK(fleet.devices.deny("c", "user:u") == outcome::ok);
    kept.save(fleet.devices);

    restarted again{fleet, kept};
    object_set named = objects_of(requests("a") + requests("b") + head("EdgeDevice", "c"));
    again.fleet.become(named);
    CHECK(again.fleet.find("a")->state == device_state::removed);
    CHECK(again.fleet.find("b")->state == device_state::denied);
    CHECK(again.fleet.find("c")->state == device_state::denied);
    CHECK(again.fleet.enrol("a") == outcome::created); // waits for a person
    CHECK(again.fleet.enrol("b") == outcome::denied);
    kept.save(again.fleet.devices);
    CHECK(again.fleet.find("a")->state == device_state::removed);
    restarted third{again.fleet, kept};
    CHECK(third.fleet.find("a")->state == device_state::removed);
    CHECK(third.fleet.find("c")->state == device_state::denied);
}

TEST_CASE("model: R20: a key that was proved before a restart is the device's after it", "[fleet][unit]") {
    fleet_under_test fleet{head("EdgeDevice", "a") + head("EdgeDevice", "b")};
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.put_registration("a", "{}", digest{1});
    fleet.put_heartbeat("a");
    fleet.put_registration("b", "{}", digest{1});
    kept.save(fleet.devices);
    fleet.put_heartbeat("b"); // not stored any more: nobody was told

    restarted again{fleet, kept};
    CHECK(again.fleet.put_registration("a", "{}", digest{2}) == outcome::other_key);
    CHECK(again.fleet.put_registration("a", "{}", digest{1}) == outcome::ok);
    CHECK(again.fleet.put_registration("b", "{}", digest{2}) == outcome::ok);
    again.fleet.put_heartbeat("b");
    CHECK(again.fleet.describe("b").pin.state() == pin_state::ambiguous); // neither of them is taken for it
}

TEST_CASE("model: devices that wait count after a restart", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.enrol("a");
    fleet.enrol("b");
    kept.save(fleet.devices);
    restarted again{fleet, kept};
    CHECK(again.fleet.devices.counts().pending == 2);
    model_settings settings;
    settings.pending_limit = 2;
    again.fleet.devices.configure(settings);
    CHECK(again.fleet.enrol("c") == outcome::too_many);
    CHECK(again.fleet.enrol("b") == outcome::created);
}

TEST_CASE("model: nobody is offline only because the host was down", "[fleet][unit]") {
    fleet_under_test fleet{""};
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.devices.approve("a", "default", "", "user:u");
    fleet.put_heartbeat("a");
    kept.save(fleet.devices);
    fleet.now += std::chrono::hours{5};
    restarted again{fleet, kept};
    again.fleet.advance(std::chrono::seconds{150});
    CHECK(again.fleet.devices.counts().offline == 0);
    again.fleet.advance(std::chrono::seconds{60});
    CHECK(again.fleet.devices.counts().offline == 1);
}

TEST_CASE("model: a tombstone ends when its time is up", "[fleet][unit]") {
    model_settings settings;
    settings.tombstone_retention = std::chrono::hours{2};
    fleet_under_test fleet{"", settings};
    fleet.devices.approve("a", "default", "", "user:u");
    fleet.devices.decommission("a", "user:u");
    fleet.advance(std::chrono::minutes{100});
    CHECK(fleet.devices.counts().removed == 1);
    fleet.enrol("a"); // asking again begins anew
    fleet.advance(std::chrono::minutes{100});
    CHECK(fleet.devices.counts().removed == 1);
    fleet.advance(std::chrono::hours{171});
    CHECK(fleet.devices.counts().removed == 0);
    CHECK(fleet.find("a") == nullptr);
}

TEST_CASE("model: nobody who waits expires because the clock jumps ahead", "[fleet][unit]") {
    model_settings settings;
    settings.pending_expiry = std::chrono::hours{48};
    fleet_under_test fleet{"", settings};
    fleet.enrol("a");
    fleet.advance(std::chrono::hours{1});
    fleet.now += std::chrono::hours{24 * 365};
    fleet.advance(std::chrono::hours{48} - std::chrono::seconds{1});
    CHECK(fleet.find("a") != nullptr);
    fleet.advance(std::chrono::seconds{2});
    CHECK(fleet.find("a") == nullptr);
}

TEST_CASE("model: nobody who waits expires within a day of a start, whatever the clock says",
          "[fleet][unit]") {
    fleet_under_test fleet;
    kept_fleet kept;
    fleet.devices.remember_changes();
    fleet.enrol("a");
    kept.save(fleet.devices);
    fleet.now += std::chrono::hours{24 * 365};
    restarted again{fleet, kept};
    again.fleet.advance(std::chrono::hours{24} - std::chrono::seconds{1});
    CHECK(again.fleet.find("a") != nullptr);
    again.fleet.advance(std::chrono::seconds{2});
    CHECK(again.fleet.find("a") == nullptr);
}

TEST_CASE("model: events go when their time is up", "[fleet][unit]") {
    model_settings settings;
    settings.event_retention = std::chrono::hours{1};
    fleet_under_test fleet{"", settings};
    fleet.enrol("a");
    CHECK(fleet.events("a").size() == 1);
    fleet.advance(std::chrono::minutes{61});
    CHECK(fleet.events("a").empty());
}

TEST_CASE("model: a clock that jumps ahead puts nobody offline and ends no event at once", "[fleet][unit]") {
    model_settings settings;
    settings.event_retention = std::chrono::hours{24 * 7};
    fleet_under_test fleet{"", settings};
    fleet.devices.approve("a", "default", "", "user:u");
    fleet.put_heartbeat("a");
    fleet.advance(std::chrono::hours{25});
    fleet.put_heartbeat("a");
    const auto events = fleet.devices.events().counts().events;
    REQUIRE(events > 0);
    fleet.now += std::chrono::hours{24 * 365};
    fleet.advance(std::chrono::seconds{100});
    CHECK(fleet.devices.counts().offline == 0);
    CHECK(fleet.devices.events().counts().events == events);
    fleet.advance(std::chrono::hours{24});
    CHECK(fleet.devices.counts().offline == 1);
    CHECK(fleet.devices.events().counts().events < events);
}

TEST_CASE("model: a clock that is set back holds up neither silence nor expiry", "[fleet][unit]") {
    constexpr auto year = std::chrono::hours{24 * 365};
    fleet_under_test fleet{"", model_settings{}, time_point{year}}; // it starts ahead
    fleet.devices.remember_changes();
    fleet.devices.approve("known", "default", "", "user:u");
    fleet.put_heartbeat("known");
    fleet.enrol("waits");
    fleet.advance(std::chrono::seconds{1});
    fleet.now -= year / 2;
    fleet.advance(std::chrono::seconds{1});
    CHECK(fleet.describe("known").last_seen == fleet.seconds());
    kept_fleet kept;
    kept.save(fleet.devices);
    fleet.advance(std::chrono::seconds{200});
    CHECK(fleet.devices.counts().offline == 1);
    fleet.advance(std::chrono::hours{24 * 7});
    CHECK_FALSE(fleet.devices.describe("waits"));
    CHECK(fleet.devices.describe("known"));
}

TEST_CASE("model: a device that was heard in the future by a clock that was wrong is restored as of now",
          "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.remember_changes();
    kept_fleet kept;
    fleet.devices.approve("a", "default", "", "user:u");
    fleet.now += std::chrono::hours{24 * 365};
    fleet.put_heartbeat("a");
    kept.save(fleet.devices);
    fleet.now -= std::chrono::hours{24 * 365};
    restarted again{fleet, kept};
    CHECK(again.fleet.describe("a").last_seen == again.fleet.seconds());
    again.fleet.advance(std::chrono::seconds{200});
    CHECK(again.fleet.devices.counts().offline == 1);
}

TEST_CASE("model: R16: a label that a manifest hides is kept all the same", "[fleet][unit]") {
    const auto named = [](const std::string& labels) {
        return "---\napiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeDevice\nmetadata: {name: "
               "a" +
               labels + "}\n";
    };
    fleet_under_test fleet{""};
    fleet.devices.remember_changes();
    fleet.become(named(", labels: {device.hostname: press}"));
    kept_fleet kept;
    kept.save(fleet.devices);
    heartbeat beat;
    beat.hardware = hardware_report{object(R"({"hostname": "press"})")};
    fleet.put_heartbeat("a", beat);
    kept.save(fleet.devices);
    fleet.become(named(""));
    CHECK(fleet.describe("a").labels.at("device.hostname") == "press");
    kept.save(fleet.devices);
    const restarted again{fleet, kept};
    CHECK(again.fleet.describe("a").labels.contains("device.hostname"));
}

TEST_CASE("model: where neither times nor events are kept, none pile up", "[fleet][unit]") {
    model_settings settings;
    settings.event_retention = std::chrono::hours{1};
    fleet_under_test fleet{"", settings};
    fleet.devices.remember_changes({.times = false, .events = false});
    fleet.devices.approve("a", "default", "", "user:u");
    fleet.enrol("b");
    kept_fleet kept;
    kept.save(fleet.devices);
    const auto nothing_piles_up = [&] {
        const auto changes = fleet.devices.unsaved();
        return changes.heard.empty() && changes.events.empty() && changes.events_gone.empty();
    };
    for (int i = 0; i < 50; ++i) {
        heartbeat beat;
        beat.status = "up";
        beat.events = {{"Reason", "message " + std::to_string(i), "warn"}};
        fleet.put_heartbeat("a", beat);
        fleet.enrol("b");
        fleet.advance(std::chrono::seconds{200});
        REQUIRE(nothing_piles_up());
    }
    CHECK_FALSE(fleet.events("a").empty());
    CHECK(fleet.devices.unsaved().devices.size() <= 2);
    fleet.devices.forget("b", "user:u");
    CHECK(nothing_piles_up());
    kept.save(fleet.devices);
    CHECK(kept.heard("a") == 0);
    fleet.now -= std::chrono::hours{1}; // what was heard counts as of now, and is not stored either
    fleet.advance(std::chrono::seconds{1});
    CHECK(nothing_piles_up());
}

TEST_CASE("model: of each device it is known whether its membership is to be stored", "[fleet][unit]") {
    fleet_under_test fleet;
    fleet.devices.remember_changes();
    fleet.devices.approve("a", "default", "", "user:u");
    kept_fleet kept;
    kept.save(fleet.devices);
    fleet.enrol("b");
    heartbeat beat;
    beat.status = "up";
    fleet.put_heartbeat("a", beat);
    CHECK(fleet.devices.has_unsaved_membership("b"));
    CHECK_FALSE(fleet.devices.has_unsaved_membership("a"));
    CHECK_FALSE(fleet.devices.has_unsaved_membership("nobody"));
    kept.save(fleet.devices);
    CHECK_FALSE(fleet.devices.has_unsaved_membership("b"));
}
