// What others do to a store that is shared: administrators and other hosts, played by the test.
#include "fleet/device_document.hpp"
#include "fleet/encoding.hpp"
#include "fleet/model.hpp"

#include "fleet_under_test.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

namespace {

constexpr kept_parts no_times{.times = false, .events = false};
constexpr auto given = device_part::given;
constexpr auto told = device_part::told;

// Workloads by label, a set, an EdgeConfig; in two namespaces.
std::string surroundings() {
    std::string yaml;
    for (const std::string ns : {"default", "other"}) {
        const auto in = "  namespace: " + ns + "\n";
        yaml += head("EdgeWorkload", "web") + in +
                "spec: {type: pod, deviceSelector: {matchLabels: {site: north}}, pod: {spec: {containers: "
                "[{name: c, image: i}]}}}\n";
        yaml += head("EdgeWorkload", "probe") + in +
                "spec: {type: pod, deviceSelector: {matchLabels: {device.hostname: press}}, pod: {spec: "
                "{containers: [{name: c, image: i}]}}}\n";
        yaml += head("EdgeConfig", "base") + in + "spec: {edgePlaybook: {playbooks: [{content: MQ==}]}}\n";
    }
    return yaml;
}

struct shared_fleet : fleet_under_test {
    explicit shared_fleet(kept_parts keeps = no_times) : fleet_under_test{surroundings()} {
        devices.remember_changes(keeps);
    }

    model::replacement take(std::string_view id, std::string_view membership,
                            device_part part = device_part::all, std::string_view status = {}) {
        stored_device from;
        from.id = id;
        from.membership = membership;
        from.status = status;
        from.has_reports = false;
        return devices.replace(from, part);
    }
    model::replacement put(std::string_view id, std::string_view membership,
                           device_part part = device_part::all, std::string_view status = {}) {
        const auto made = take(id, membership, part, status);
        settle();
        return made;
    }
    void save(const std::set<std::string, std::less<>>& overtaken = {}) {
        (void)devices.unsaved();
        devices.saved(overtaken);
        settle();
    }
    // The membership that is to be stored; empty: nothing is.
    std::string to_store(std::string_view id) const {
        for (const auto& each : devices.unsaved().devices) {
            if (each.device->id == id && has(each.device->unsaved, aspect::membership)) {
                return membership_document(*each.device);
            }
        }
        return {};
    }
    device_state state(std::string_view id) const { return find(id)->state; }
};

heartbeat with_hostname(const std::string& name) {
    heartbeat beat;
    beat.status = "up";
    beat.hardware = hardware_report{object(R"({"hostname": ")" + name + "\"}")};
    return beat;
}

constexpr auto known = R"({"namespace": "default", "state": "known"})";
constexpr auto pending = R"({"namespace": "default", "state": "pending"})";
constexpr auto denied = R"({"namespace": "default", "state": "denied"})";
constexpr auto removed = R"({"namespace": "default", "state": "removed"})";

bool is_in(std::string_view part, std::string_view text) { return text.find(part) != std::string_view::npos; }

std::string pin_text(char of) { return "confirmed " + std::string(64, of); }
std::string known_with(const std::string& rest) {
    return R"({"namespace": "default", "state": "known", )" + rest + "}";
}

} // namespace

// ---- as administrators decide ----

TEST_CASE("model sharing: R7a a device that somebody lets in is in, with the set that it asked for",
          "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", R"({"namespace": "default", "state": "pending", "request": {"set": "s", "made": 5}})");
    REQUIRE(fleet.state("a") == device_state::pending);
    fleet.put("a", R"({"namespace": "default", "state": "known", "given": {"site": "north"}})", given);
    CHECK(fleet.devices.describe("a")->state == device_state::known);
    CHECK(fleet.describe("a").labels.at("flotta/member-of") == "s");
    CHECK(is_in(R"("flotta/member-of":"s")", fleet.to_store("a")));
    CHECK(fleet.state("a") == device_state::pending); // until the set is stored
    fleet.save();
    CHECK(fleet.state("a") == device_state::known);
    CHECK(fleet.workloads("a") == std::vector<std::string>{"web"});
    CHECK(mentions(fleet.events("a"), "Approved"));
}

TEST_CASE("model sharing: what somebody else let in without a set is there at once", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", pending);
    fleet.put("a", known, given);
    CHECK(fleet.state("a") == device_state::known);
    CHECK_FALSE(fleet.devices.has_unsaved());
    CHECK_FALSE(fleet.message("a").empty());
    CHECK(fleet.devices.counts().known == 1);
    CHECK(fleet.devices.counts().pending == 0);
}

TEST_CASE("model sharing: whoever sees that a device is in sees what it is to run", "[fleet][unit]") {
    shared_fleet fleet;
    if (const bool has_waited = GENERATE(true, false); has_waited) fleet.put("a", pending);
    fleet.take("a", known_with(R"("given": {"site": "north"})"));
    CHECK(fleet.workloads("a") == std::vector<std::string>{"web"});
}

TEST_CASE("model sharing: R7a a device that is denied or removed is out before anything is stored",
          "[fleet][unit]") {
    shared_fleet fleet;
    const auto state = GENERATE(device_state::denied, device_state::removed);
    const auto* said = state == device_state::denied ? denied : removed;
    SECTION("one that waits") { fleet.put("a", pending); }
    SECTION("one that is in") {
        fleet.put("a", known);
        fleet.put_heartbeat("a", with_hostname("press"));
        fleet.save();
        fleet.advance(std::chrono::seconds{200});
        REQUIRE(fleet.devices.counts().offline == 1);
    }
    SECTION("one that has just been let in here") {
        fleet.put("a", pending);
        REQUIRE(fleet.devices.approve("a", "", "", "user:u") == outcome::ok);
        CHECK(fleet.put("a", said, given).has_dropped);
    }
    fleet.put("a", said, given);
    REQUIRE(fleet.find("a") != nullptr);
    CHECK(fleet.state("a") == state);
    CHECK(fleet.find("a")->configuration == nullptr);
    CHECK(fleet.devices.counts().offline == 0);
    CHECK(fleet.devices.counts().known == 0);
    CHECK(fleet.put_registration("a") ==
          (state == device_state::denied ? outcome::denied : outcome::not_approved));
    CHECK(fleet.put_heartbeat("a") == outcome::not_found);
    fleet.save();
    CHECK(fleet.state("a") == state);
}

TEST_CASE("model sharing: R7a of a device that is removed only what was given stays", "[fleet][unit]") {
    shared_fleet fleet;
    const std::string mine = R"("given": {"site": "north"}, "request": {"made": 5, "decided": 6})";
    fleet.put("a", known_with(mine));
    fleet.put_heartbeat("a", with_hostname("press"));
    fleet.save();
    REQUIRE_FALSE(fleet.describe("a").hardware.empty());
    fleet.advance(std::chrono::hours{1});
    fleet.put("a", R"({"namespace": "default", "state": "removed", "given": {"site": "north"}})", given);
    const auto now = fleet.describe("a");
    CHECK(now.hardware.empty());
    CHECK_FALSE(now.request);
    CHECK(now.labels.at("site") == "north");
    CHECK_FALSE(now.labels.contains("device.hostname"));
    CHECK(now.last_seen == fleet.seconds()); // its tombstone ages from here on
    const auto stored = fleet.to_store("a");
    CHECK(is_in("north", stored));
    CHECK_FALSE(is_in("press", stored));
    CHECK_FALSE(is_in("request", stored));
}

TEST_CASE("model sharing: R7a a removed device that has asked another host again still asks",
          "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known_with(R"("request": {"made": 5, "decided": 6})"));
    fleet.put("a", R"({"namespace": "default", "state": "removed", "request": {"made": 900}})");
    REQUIRE(fleet.describe("a").request);
    CHECK(fleet.describe("a").request->made == 900);
}

TEST_CASE("model sharing: R20 who is let in again is not held to the old key", "[fleet][unit]") {
    const auto* out = GENERATE(denied, removed);
    shared_fleet fleet;
    const auto with_pin = [](std::string text, char of) {
        text.insert(1, R"("pin": ")" + pin_text(of) + R"(", )");
        return text;
    };
    fleet.put("a", with_pin(out, 'a'));
    SECTION("its old key is forgotten, and that is stored") {
        fleet.put("a", with_pin(known, 'a'), GENERATE(device_part::given, device_part::all));
        CHECK(fleet.describe("a").pin.state() == pin_state::none);
        CHECK_FALSE(is_in("confirmed", fleet.to_store("a")));
        CHECK_FALSE(fleet.to_store("a").empty());
    }
    SECTION("the key with which another host has registered it since is its own") {
        fleet.put("a", with_pin(known, 'b'));
        CHECK(fleet.describe("a").pin.text() == pin_text('b'));
        CHECK_FALSE(fleet.devices.has_unsaved());
    }
}

TEST_CASE("model sharing: R20 a removal that was decided here and overtaken takes no key with it",
          "[fleet][unit]") {
    shared_fleet fleet;
    const auto pinned = known_with(R"("pin": ")" + pin_text('a') + "\"");
    fleet.put("a", pinned);
    REQUIRE(fleet.devices.decommission("a", "user:u") == outcome::ok);
    fleet.save({"a"});
    CHECK(fleet.put("a", pinned).has_dropped == false); // saved() has dropped it
    CHECK(fleet.state("a") == device_state::known);
    CHECK(fleet.describe("a").pin.text() == pin_text('a'));
    CHECK_FALSE(fleet.message("a").empty());
}

TEST_CASE("model sharing: a device that has to wait again has time to ask", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known_with(R"("request": {"made": 5, "decided": 6})"));
    fleet.advance(std::chrono::hours{24 * 8}); // never heard
    fleet.put("a", R"({"namespace": "other", "state": "pending"})", given);
    CHECK(fleet.state("a") == device_state::pending);
    CHECK(fleet.devices.counts().pending == 1);
    CHECK(fleet.describe("a").request->decided == 0);
    CHECK(fleet.describe("a").request->ns == "other");
    fleet.advance(std::chrono::hours{24 * 7} - std::chrono::seconds{1});
    CHECK(fleet.find("a") != nullptr);
    fleet.advance(std::chrono::seconds{2});
    CHECK(fleet.find("a") == nullptr);
}

TEST_CASE("model sharing: whom only other hosts have heard has time, from when that is known here",
          "[fleet][unit]") {
    model_settings settings;
    settings.tombstone_retention = std::chrono::hours{24 * 30};
    shared_fleet fleet;
    fleet.devices.configure(settings);
    fleet.advance(std::chrono::hours{24 * 40});
    fleet.put("waits", pending);
    fleet.put("removed", removed);
    fleet.advance(std::chrono::hours{24 * 7} - std::chrono::seconds{1});
    CHECK(fleet.find("waits") != nullptr);
    fleet.advance(std::chrono::seconds{2});
    CHECK(fleet.find("waits") == nullptr);
    CHECK(fleet.state("removed") == device_state::removed);
}

TEST_CASE("model sharing: R12 a device that is moved is the same device", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known_with(R"("given": {"site": "north"})"));
    fleet.put_heartbeat("a", with_hostname("press"));
    fleet.save();
    fleet.put("a", R"({"namespace": "other", "state": "known", "given": {"site": "north"}})", given);
    CHECK(fleet.describe("a").ns == "other");
    CHECK(*fleet.find("a")->registration == R"({"namespace":"other"})");
    CHECK(fleet.workloads("a") == std::vector<std::string>{"probe", "web"});
    CHECK(is_in(R"("namespace":"other")", fleet.message("a")));
    CHECK(mentions(fleet.events("a"), "Moved: was in default before"));
    CHECK(fleet.devices.counts().known == 1);
}

TEST_CASE("model sharing: labels and settings that others give are served", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known);
    const auto bare = fleet.message("a");
    fleet.put("a", known_with(R"("given": {"site": "north", "config/c": "base"})"), given);
    CHECK(fleet.message("a") == bare); // until the history of its playbooks is stored
    fleet.save();
    CHECK(fleet.workloads("a") == std::vector<std::string>{"web"});
    CHECK(is_in("a-base", *fleet.find("a")->playbooks));
    fleet.put("a", known_with(R"("spec": "{\"heartbeat\": {\"periodSeconds\": 7}}")"), given);
    CHECK(is_in(R"("period_seconds":7)", fleet.message("a")));
    fleet.put("a", known, given);
    CHECK(fleet.message("a") == bare);
}

// ---- what is not saved here ----

TEST_CASE("model sharing: what devices have told here outlives what is given elsewhere", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known);
    fleet.put_registration("a", "{}", digest{1});
    fleet.put_heartbeat("a", with_hostname("press"));
    const auto now = fleet.put("a", known_with(R"("given": {"site": "north"})"), given);
    CHECK_FALSE(now.has_dropped);
    const auto stored = fleet.to_store("a");
    CHECK(is_in("press", stored));
    CHECK(is_in("confirmed", stored));
    CHECK(is_in("north", stored));
    fleet.save();
    CHECK(fleet.workloads("a") == std::vector<std::string>{"probe", "web"});
}

TEST_CASE("model sharing: what devices have told here gives way to what they told elsewhere",
          "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known);
    fleet.put_registration("a", "{}", digest{1});
    fleet.put_heartbeat("a", with_hostname("press"));
    const auto theirs =
        known_with(R"("reported": {"device.hostname": "saw"}, "pin": ")" + pin_text('b') + "\"");
    const auto now = fleet.put("a", theirs, GENERATE(device_part::told, device_part::all));
    CHECK(now.has_dropped);
    CHECK(fleet.describe("a").labels.at("device.hostname") == "saw");
    CHECK(fleet.describe("a").pin.text() == pin_text('b'));
    CHECK(fleet.describe("a").hardware.empty());
    fleet.save();
    CHECK(fleet.workloads("a").empty());
}

TEST_CASE("model sharing: what was decided here is still to be stored when devices tell others something",
          "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", pending);
    REQUIRE(fleet.devices.approve("a", "", "", "user:u") == outcome::ok);
    fleet.put("a", pending, told);
    CHECK(fleet.state("a") == device_state::pending); // nobody sees it before
    CHECK(is_in(R"("state":"known")", fleet.to_store("a")));
    fleet.save();
    CHECK(fleet.state("a") == device_state::known);
    CHECK_FALSE(fleet.devices.has_unsaved());
}

TEST_CASE("model sharing: what was overtaken is never seen", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known);
    const auto before = fleet.message("a");
    SECTION("a label") {
        fleet.put_heartbeat("a", with_hostname("press"));
        fleet.settle();
        fleet.save({"a"});
        CHECK(fleet.message("a") == before);
        CHECK_FALSE(fleet.devices.has_unsaved());
        fleet.put("a", known, told);
        CHECK(fleet.message("a") == before);
    }
    SECTION("an enrolment") {
        REQUIRE(fleet.enrol("b") == outcome::created);
        REQUIRE(fleet.enrol("c") == outcome::created);
        fleet.save({"b"});
        CHECK(fleet.find("b") == nullptr);
        CHECK(fleet.find("c") != nullptr);
        CHECK(fleet.devices.counts().pending == 1);
        SECTION("which another host has taken") {
            fleet.put("b", known);
            CHECK(fleet.state("b") == device_state::known);
            CHECK(fleet.devices.counts().pending == 1);
        }
        SECTION("which the store does not take") {
            CHECK_FALSE(fleet.devices.vanish("b"));
            CHECK_FALSE(fleet.devices.knows("b"));
            CHECK_FALSE(fleet.devices.has_unsaved());
            CHECK(fleet.enrol("b") == outcome::created); // asks again
        }
    }
}

// Polls and heartbeats are answered before that is stored, and nobody makes them again.
TEST_CASE("model sharing: R20 a poll that confirmed a key is not lost in a race for the store",
          "[fleet][unit]") {
    const std::string one(64, 'a');
    const auto two = one + " " + std::string(64, 'b');
    const auto with_pin = [](const std::string& text) { return known_with(R"("pin": ")" + text + "\""); };
    shared_fleet fleet;
    const auto part = GENERATE(device_part::told, device_part::all);
    const bool is_saved = GENERATE(true, false); // the race is lost by then, or not noticed before
    const auto race = [&](const std::string& known_here, const std::string& there) {
        fleet.put("a", with_pin(known_here));
        fleet.devices.called("a");
        if (is_saved) fleet.save({"a"});
        fleet.put("a", with_pin(there), part);
        return fleet.describe("a").pin.state();
    };
    SECTION("the key that is stored is the one that was confirmed") {
        CHECK(race("provisional " + one, "provisional " + one) == pin_state::confirmed);
        CHECK(is_in("confirmed " + one, fleet.to_store("a")));
        fleet.save();
        fleet.put("a", with_pin("provisional " + one), part); // later, it is what somebody has decided
        CHECK(fleet.describe("a").pin.state() == pin_state::provisional);
    }
    SECTION("another host had another key by then: the call may have come with either") {
        CHECK(race("provisional " + one, "provisional " + two) == pin_state::provisional);
    }
    SECTION("the identity has been reset since, and another key is registered") {
        CHECK(race("provisional " + one, "provisional " + std::string(64, 'c')) == pin_state::provisional);
        CHECK(fleet.to_store("a").find("confirmed") == std::string::npos);
    }
    SECTION("the call may have come with either of the two that are stored") {
        CHECK(race("provisional " + two, "provisional " + two) == pin_state::ambiguous);
        CHECK(is_in("ambiguous " + two, fleet.to_store("a")));
    }
}

TEST_CASE("model sharing: what the store refuses is not saved again and again", "[fleet][unit]") {
    const auto provisional = known_with(R"("pin": "provisional )" + std::string(64, 'a') + "\"");
    shared_fleet fleet;
    fleet.put("a", provisional);
    fleet.devices.called("a");
    int saves = 0;
    for (; fleet.devices.has_unsaved() && saves < 100; ++saves) {
        fleet.save({"a"});
        fleet.put("a", provisional);
    }
    CHECK(saves > 1);
    CHECK(saves < 100);
    fleet.devices.called("a"); // a call shows it anew
    CHECK(fleet.devices.has_unsaved());
    fleet.save();
    CHECK(fleet.describe("a").pin.state() == pin_state::confirmed);
}

TEST_CASE("model sharing: R34 what came of a playbook is not lost in a race for the store", "[fleet][unit]") {
    const auto bytes = sha256("1");
    const auto text = encode_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    const auto history = [&](const std::string& status) {
        return R"({"playbooks": {"offers": 3, "ran": {"a-base": {"text": ")" + text + R"(", "status": ")" +
               status + R"(", "offered": 3}}}})";
    };
    const auto labelled = known_with(R"("given": {"config/c": "base"})");
    const auto part = GENERATE(device_part::told, device_part::all);
    const bool is_saved = GENERATE(true, false);
    shared_fleet fleet;
    fleet.put("a", labelled, device_part::all, history("Running"));
    fleet.save();
    const auto race = [&](const std::string& told_here, const std::string& there) {
        heartbeat beat;
        beat.playbooks = {{"a-base", told_here}};
        fleet.put_heartbeat("a", beat);
        if (is_saved) fleet.save({"a"});
        fleet.put("a", labelled, part, history(there));
    };
    race("SuccessfullyCompleted", "Running");
    const bool is_stored = std::ranges::any_of(fleet.devices.unsaved().devices, [](const auto& each) {
        return has(each.device->unsaved, aspect::status);
    });
    CHECK(is_stored);
    fleet.save();
    CHECK(*fleet.find("a")->playbooks == "[]");
    race("Running", "CompletedWithError"); // which another host has heard: it comes after the start
    fleet.save();
    CHECK(*fleet.find("a")->playbooks == "[]");
}

TEST_CASE("model sharing: a device that is gone from the store is forgotten, and not removed from it",
          "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known_with(R"("given": {"config/c": "base"})"));
    fleet.save();
    SECTION("one of which all is stored") { CHECK_FALSE(fleet.devices.vanish("a")); }
    SECTION("one that has just told something") {
        fleet.put_registration("a", "{}", digest{1});
        CHECK(fleet.devices.vanish("a"));
        CHECK_FALSE(fleet.devices.has_unsaved_membership());
    }
    CHECK(fleet.find("a") == nullptr);
    CHECK_FALSE(fleet.devices.knows("a"));
    CHECK(fleet.devices.unsaved().gone.empty());
    CHECK_FALSE(fleet.devices.has_unsaved());
    CHECK(fleet.devices.counts().known == 0);
    CHECK_FALSE(fleet.devices.vanish("a"));
    fleet.become(surroundings() + head("EdgeConfig", "later")); // nobody is offered anything any more
    fleet.put("a", known);
    CHECK(fleet.state("a") == device_state::known);
}

TEST_CASE("model sharing: a device that somebody writes after it was forgotten here stays", "[fleet][unit]") {
    shared_fleet fleet;
    const auto number = fleet.put("a", known).number;
    REQUIRE(number != 0);
    REQUIRE(fleet.devices.forget("a", "user:u") == outcome::ok);
    REQUIRE(fleet.devices.unsaved().gone == std::vector{number});
    stored_device now;
    now.number = number;
    now.id = "a";
    now.membership = known;
    CHECK(fleet.devices.replace(now, device_part::all).number == number);
    CHECK(fleet.devices.unsaved().gone.empty());
    CHECK(fleet.state("a") == device_state::known);
}

TEST_CASE("model sharing: a device of the store keeps its number, and a new one gets its own",
          "[fleet][unit]") {
    shared_fleet fleet;
    const auto first = fleet.put("a", known).number;
    const auto second = fleet.put("b", known).number;
    CHECK(first != second);
    CHECK(fleet.put("a", denied).number == first);
    CHECK(fleet.find("a")->number == first);
}

// ---- what is wrong ----

TEST_CASE("model sharing: R19 a case twin is left out, and told", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("pump", known);
    const auto twin = fleet.put("PUMP", denied);
    CHECK(twin.number == 0);
    CHECK_FALSE(twin.has_dropped);
    CHECK(fleet.state("pump") == device_state::known);
    CHECK(mentions(fleet.notices, "PUMP: is left out: its id differs from that of the device pump"));
    CHECK_FALSE(fleet.devices.vanish("PUMP"));
    CHECK(fleet.devices.counts().known == 1);
}

TEST_CASE("model sharing: a damaged document changes nothing", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("a", known);
    fleet.save();
    fleet.put_heartbeat("a", with_hostname("press"));
    const auto before = fleet.describe("a");
    const auto revision = fleet.devices.revision();
    const auto stored = fleet.to_store("a");
    CHECK_THROWS_AS(fleet.put("a", R"({"state": "lost"})"), document_damaged);
    CHECK_THROWS_AS(fleet.put("a", known, told, R"({"registered": "yes"})"), document_damaged);
    CHECK_THROWS_AS(fleet.put("new", ""), document_damaged);
    CHECK(fleet.devices.revision() == revision);
    CHECK(fleet.describe("a").labels == before.labels);
    CHECK(fleet.to_store("a") == stored);
    CHECK_FALSE(fleet.devices.knows("new"));
}

// ---- playbooks ----

TEST_CASE("model sharing: R34 an offer goes on with the history that another host has stored",
          "[fleet][unit]") {
    shared_fleet fleet;
    const auto labelled = known_with(R"("given": {"config/c": "base"})");
    fleet.put("a", labelled);
    fleet.save();
    REQUIRE(is_in("a-base", *fleet.find("a")->playbooks));
    const auto base = edgeconf::fleet::encode_base64([] {
        const auto bytes = edgeconf::fleet::sha256("1");
        return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }());
    const auto history = [&](const std::string& status) {
        return R"({"playbooks": {"offers": 3, "ran": {"a-base": {"text": ")" + base + R"(", "status": ")" +
               status + R"(", "offered": 3}}}})";
    };
    fleet.put("a", labelled, told, history("SuccessfullyCompleted"));
    CHECK(*fleet.find("a")->playbooks == "[]"); // it has run
    fleet.put("a", labelled, told, history("Running"));
    CHECK(is_in("a-base", *fleet.find("a")->playbooks));
    // Still among those that a changed EdgeConfig concerns.
    auto edited = surroundings();
    for (std::size_t at = 0; (at = edited.find("MQ==", at)) != std::string::npos;)
        edited.replace(at, 4, "Mg==");
    fleet.become(edited);
    fleet.save();
    CHECK(is_in("a-base-", *fleet.find("a")->playbooks));
    fleet.put("a", labelled, told); // none is stored: it begins anew
    fleet.save();
    CHECK(is_in(R"("name":"a-base")", *fleet.find("a")->playbooks));
    fleet.put("a", denied, device_part::all, history("Running"));
    fleet.become(surroundings());
    CHECK(fleet.state("a") == device_state::denied);
    fleet.put("a", labelled, device_part::all, history("Running"));
    fleet.save();
    CHECK(is_in("a-base", *fleet.find("a")->playbooks));
    fleet.become("");
    fleet.save();
    CHECK(*fleet.find("a")->playbooks == "[]");
}

// ---- whatever happens ----

namespace {

const std::vector<std::string> ids{"a", "b", "c", "d", "e", "f"};

// The store, as other hosts and administrators see it, and what this host has seen of it.
class played_store {
public:
    struct row {
        std::string membership;
        std::string status;
        std::string hardware;
        int given = 0;
        int told = 0;

        row() = default;
        row(std::string who, std::string reports, std::string parts)
            : membership{std::move(who)}, status{std::move(reports)}, hardware{std::move(parts)} {}
    };

    void write(const std::string& id, const row& what, device_part part) {
        auto& entry = rows_[id];
        const bool is_new = entry.membership.empty();
        entry.membership = what.membership;
        entry.status = what.status;
        entry.hardware = what.hardware;
        if (is_new || part != device_part::told) entry.given = ++changes_;
        if (is_new || part != device_part::given) entry.told = ++changes_;
    }
    void remove(const std::string& id) { rows_.erase(id); }
    const row* find(const std::string& id) const {
        const auto found = rows_.find(id);
        return found == rows_.end() ? nullptr : &found->second;
    }

    void tell(fleet_under_test& fleet) {
        for (const auto& id : ids) {
            const auto* now = find(id);
            auto& seen = seen_[id];
            if (now == nullptr) {
                if (std::exchange(seen, {}).number != 0) fleet.devices.vanish(id);
                continue;
            }
            const int part = (seen.given != now->given ? 1 : 0) + (seen.told != now->told ? 2 : 0);
            if (part == 0) continue;
            const auto made =
                fleet.devices.replace(stored(id, *now, seen.number), static_cast<device_part>(part));
            seen = {made.number, now->given, now->told};
        }
    }

    void save(fleet_under_test& fleet) {
        std::set<std::string, std::less<>> overtaken;
        const auto changes = fleet.devices.unsaved();
        REQUIRE(changes.heard.empty());
        REQUIRE(changes.events.empty());
        for (const auto number : changes.gone) {
            for (auto& [id, seen] : seen_) {
                if (seen.number != number || seen.number == 0) continue;
                const auto* now = find(id);
                if (now == nullptr || is_seen(*now, seen)) remove(id), seen = {};
            }
        }
        for (const auto& each : changes.devices) {
            const auto& device = *each.device;
            auto& seen = seen_[device.id];
            const auto* now = find(device.id);
            if (now == nullptr ? seen.given != 0 : !is_seen(*now, seen)) {
                overtaken.insert(device.id);
                seen = {seen.number, 0, 0}; // to be told as a whole
                continue;
            }
            write(device.id,
                  {membership_document(device), told_status_document(device),
                   std::string{device.hardware.known.bytes()}},
                  device_part::all);
            seen = {device.number, find(device.id)->given, find(device.id)->told};
        }
        fleet.devices.saved(overtaken);
        if (!overtaken.empty()) tell(fleet);
    }

    void restore(fleet_under_test& into) const {
        for (const auto& [id, each] : rows_) into.devices.restore(stored(id, each, 0));
    }

private:
    struct version {
        std::uint32_t number = 0;
        int given = 0;
        int told = 0;
    };
    static bool is_seen(const row& now, const version& seen) {
        return now.given == seen.given && now.told == seen.told;
    }
    static stored_device stored(std::string_view id, const row& from, std::uint32_t number) {
        return {number, id, from.membership, from.status, from.hardware, 0, nullptr};
    }

    std::map<std::string, row> rows_;
    std::map<std::string, version> seen_;
    int changes_ = 0;
};

// What somebody else may write of the device, going by what is stored of it.
void meddle(played_store& store, const std::string& id, std::mt19937& random) {
    const auto pick = [&](std::size_t of) {
        return std::uniform_int_distribution<std::size_t>{0, of - 1}(random);
    };
    if (pick(6) == 0) return store.remove(id);
    device_record device;
    const auto* before = store.find(id);
    if (before != nullptr) {
        read_membership(before->membership, device);
        read_status(before->status, device);
    }
    const auto part = before == nullptr ? device_part::all : static_cast<device_part>(1 + pick(3));
    if (part != device_part::told) {
        constexpr std::array states{device_state::pending, device_state::denied, device_state::known,
                                    device_state::known, device_state::removed};
        device.state = states[pick(states.size())];
        device.ns = pick(4) == 0 ? "other" : "default";
        device.given_labels = {};
        if (pick(2) == 0) device.given_labels.set("site", "north");
        if (pick(2) == 0) device.given_labels.set("config/c", "base");
    }
    if (part != device_part::given) {
        if (pick(2) == 0) {
            device.request = std::make_unique<join_request>();
            *device.request = {device.ns, pick(2) == 0 ? "s" : "", "m",
                               static_cast<unix_seconds>(pick(900)) + 1, 0};
        }
        device.reported_labels = {};
        if (pick(2) == 0) device.reported_labels.set("device.hostname", "press");
        device.pin.reset();
        if (pick(2) == 0) (void)device.pin.offer(digest{static_cast<std::uint8_t>(pick(3) + 1)});
        device.status.registered = static_cast<unix_seconds>(pick(3));
        device.status.phase = pick(2) == 0 ? "up" : "degraded";
        if (pick(3) == 0) device.offer.reset();
    }
    store.write(id,
                {membership_document(device), told_status_document(device), before ? before->hardware : ""},
                part);
}

void happen(fleet_under_test& fleet, std::mt19937& random) {
    const auto pick = [&](std::size_t of) {
        return std::uniform_int_distribution<std::size_t>{0, of - 1}(random);
    };
    const auto& id = ids[pick(ids.size())];
    switch (pick(9)) {
    case 0:
        fleet.enrol(id, pick(2) == 0 ? "default" : "other", {object(R"({"hostname": "press"})"), "m"});
        break;
    case 1: fleet.devices.approve(id, "default", pick(2) == 0 ? "s" : "", "user:u"); break;
    case 2:
        fleet.put_registration(id, R"({"hostname": "press"})",
                               digest{static_cast<std::uint8_t>(pick(3) + 1)});
        break;
    case 3: fleet.put_heartbeat(id, with_hostname(pick(2) == 0 ? "press" : "saw")); break;
    case 4: {
        heartbeat beat;
        beat.playbooks = {{id + "-base", pick(2) == 0 ? "Running" : "SuccessfullyCompleted"}};
        beat.workloads = {{"web", "Running", ""}};
        fleet.put_heartbeat(id, beat);
        break;
    }
    case 5: fleet.devices.deny(id, "user:u"); break;
    case 6: fleet.devices.decommission(id, "user:u"); break;
    case 7: fleet.devices.forget(id, "user:u"); break;
    default: fleet.advance(std::chrono::seconds{pick(300)}); break;
    }
    if (pick(2) == 0) fleet.settle();
}

fleet_counts recounted(const fleet_under_test& fleet) {
    fleet_counts counts;
    for (const auto& id : ids) {
        const auto* entry = fleet.find(id);
        if (entry == nullptr) continue;
        if (entry->state == device_state::pending) ++counts.pending;
        if (entry->state == device_state::denied) ++counts.denied;
        if (entry->state == device_state::removed) ++counts.removed;
        if (entry->state != device_state::known) continue;
        ++counts.known;
        if (entry->problem) ++(entry->configuration ? counts.stale : counts.unconfigured);
        const auto described = fleet.describe(id);
        if (described.status.connection == connection::offline) ++counts.offline;
        if (described.status.not_polling) ++counts.not_polling;
    }
    return counts;
}

void check_same(const fleet_counts& a, const fleet_counts& b) {
    CHECK(a.known == b.known);
    CHECK(a.pending == b.pending);
    CHECK(a.denied == b.denied);
    CHECK(a.removed == b.removed);
    CHECK(a.unconfigured == b.unconfigured);
    CHECK(a.stale == b.stale);
}

// All that a restart has to bring back: what is heard and polled each host sees for itself.
std::string seen(const fleet_under_test& fleet, const std::string& id) {
    const auto* entry = fleet.find(id);
    if (entry == nullptr) return fleet.devices.knows(id) ? "unseen" : "unknown";
    auto d = fleet.describe(id);
    std::string text = std::to_string(static_cast<int>(entry->state)) + "|" + d.ns + "|" + d.pin.text() +
                       "|" + d.hardware + "|" + std::to_string(d.status.registered) + "|" + d.status.phase;
    if (d.request) text += "|" + d.request->ns + ":" + d.request->set;
    if (entry->state != device_state::known) return text;
    for (const auto& [key, value] : d.labels) text += "|" + key + "=" + value;
    for (const auto& each : d.status.workloads) text += "|" + each.name.get() + ":" + each.phase.get();
    return text + "|" + *entry->registration + "|" + *entry->playbooks + "|" + fleet.message(id);
}

} // namespace

TEST_CASE("model sharing: whoever does what to the store, a model that saw it all is as one that reads it",
          "[fleet][unit]") {
    for (unsigned seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        std::mt19937 random{seed};
        shared_fleet fleet;
        played_store store;
        for (int step = 0; step < 80; ++step) {
            switch (random() % 4) {
            case 0: meddle(store, ids[random() % ids.size()], random); break;
            case 1: store.save(fleet); break;
            case 2: store.tell(fleet); break;
            default: happen(fleet, random); break;
            }
        }
        store.tell(fleet);
        for (int round = 0; fleet.devices.has_unsaved(); ++round) { // what is saved may be overtaken
            REQUIRE(round < 4);
            fleet.settle();
            store.save(fleet);
        }
        fleet.settle();
        store.save(fleet);
        REQUIRE_FALSE(fleet.devices.has_unsaved());
        CHECK_FALSE(fleet.devices.has_unsaved_membership());
        const auto counts = fleet.devices.counts();
        check_same(counts, recounted(fleet));
        CHECK(counts.offline == recounted(fleet).offline);
        CHECK(counts.not_polling == recounted(fleet).not_polling);

        shared_fleet again;
        store.restore(again);
        again.settle();
        store.save(again);
        again.settle();
        for (const auto& id : ids) {
            CAPTURE(id);
            CHECK(seen(fleet, id) == seen(again, id));
        }
        check_same(counts, again.devices.counts());
    }
}

// ---- what hosts do not share, and what follows from it ----

TEST_CASE("model sharing: R20 that a device was in use before a key of it was known is known to all hosts",
          "[fleet][unit]") {
    shared_fleet here;
    here.put("a", known);
    REQUIRE(here.put_heartbeat("a") == outcome::ok);
    const auto changes = here.devices.unsaved();
    REQUIRE(changes.devices.size() == 1);
    const auto status = lasting_status_document(*changes.devices.front().device);
    CHECK(status == R"({"inUse":true})");
    shared_fleet there;
    there.put("a", known, device_part::all, status);
    digest key{};
    key.fill('k');
    REQUIRE(there.put_registration("a", "{}", key) == outcome::ok);
    REQUIRE(there.put_heartbeat("a") == outcome::ok);
    CHECK(there.describe("a").pin.state() == pin_state::ambiguous); // it may be anybody's
}

TEST_CASE("model sharing: R6 who was in before does not expire while it waits", "[fleet][unit]") {
    shared_fleet fleet;
    fleet.put("new", pending);
    fleet.put("old", R"({"namespace": "default", "state": "pending", "pin": ")" + pin_text('a') + "\"}");
    for (int minutes = 0; minutes < 8 * 24 * 60; ++minutes) {
        fleet.now += std::chrono::minutes{1};
        fleet.devices.tick();
    }
    CHECK_FALSE(fleet.devices.knows("new"));
    CHECK(fleet.devices.knows("old"));
}
