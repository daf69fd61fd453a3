#include "provider_under_test.hpp"

#include "fleet_under_test.hpp"
#include "manifest_folder.hpp"

#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace edgeconf::fleet;
using namespace std::chrono_literals;

namespace {

constexpr auto automatic = R"({"approval": "automatic"})";
constexpr auto known = R"({"namespace": "default", "state": "known"})";
constexpr auto pending = R"({"namespace": "default", "state": "pending"})";
constexpr auto denied = R"({"namespace": "default", "state": "denied"})";
constexpr auto removed = R"({"namespace": "default", "state": "removed"})";

constexpr auto press = R"({"hardware": {"hostname": "press"}})";

// Answered once the writer has done all that came before: what is not there before it is asked for.
void settle(provider_under_test& fleet) { (void)fleet.put_registration("nobody")->status(); }

ecp_status settled_registration(provider_under_test& fleet, const std::string& id) {
    settle(fleet);
    return fleet.registration(id);
}

std::vector<std::string> ids(std::size_t number) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < number; ++i) made.push_back("pump-" + std::to_string(i));
    return made;
}

std::string map_of(const std::string& value) {
    return R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"},
               "data": {"k": ")" +
           value + "\"}}";
}

const std::string web =
    R"({"apiVersion": "management.project-flotta.io/v1alpha1", "kind": "EdgeWorkload",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"type": "pod", "deviceSelector": {"matchLabels": {"site": "north"}}, "pod": {"spec": {
            "containers": [{"name": "web", "image": "i", "envFrom": [{"configMapRef": {"name": "c"}}]}]}}}})";

constexpr auto at_north = R"({"namespace": "default", "state": "known", "given": {"site": "north"}})";

} // namespace

TEST_CASE("provider news: what is stored at the start is served, a damaged device apart", "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("good", known);
    disk.write_unnoticed("odd", R"({"state": "lost"})");
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(fleet.registration("good") == ECP_OK);
    CHECK(fleet.registration("odd") == ECP_NOT_FOUND);
    CAPTURE(logged());
    CHECK(mentions(logged(), "what is stored of the device odd is not taken over: membership: state"));
}

TEST_CASE("provider news: R7a, R9 what others decide of a device is what it is told", "[fleet][unit]") {
    shared_disk disk;
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(fleet.enrol("pump-7")->status() == ECP_CREATED);
    CHECK(settled_registration(fleet, "pump-7") == ECP_NOT_FOUND);
    disk.write("pump-7", known, device_part::given);
    CHECK(settled_registration(fleet, "pump-7") == ECP_OK);
    CHECK_FALSE(fleet.configuration("pump-7").empty());
    disk.write("pump-7", denied, device_part::given);
    CHECK(settled_registration(fleet, "pump-7") == ECP_NOT_FOUND);
    CHECK(fleet.put_registration("pump-7")->status() == ECP_DENIED);
    disk.write("pump-7", removed, device_part::given);
    CHECK(settled_registration(fleet, "pump-7") == ECP_REMOVED);
    disk.write("pump-7", pending, device_part::given);
    CHECK(settled_registration(fleet, "pump-7") == ECP_NOT_FOUND);
    CHECK(fleet.put_registration("pump-7")->status() == ECP_PRECONDITION);
}

TEST_CASE("provider news: a denial counts although nothing can be written", "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-7", known);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    disk.fail();
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    disk.write("pump-7", denied, device_part::given);
    disk.write("pump-8", known);
    await_logged("nothing can be written");
    while (fleet.registration("pump-8") != ECP_OK) std::this_thread::yield();
    CHECK(fleet.registration("pump-7") == ECP_NOT_FOUND);
}

TEST_CASE("provider news: whoever was overtaken tries again, and all others of the commit are answered",
          "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("registers", known);
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    disk.refuse("unwanted");
    disk.hold();
    const auto first = fleet.enrol("first");
    disk.await_held();
    const auto enrols = fleet.enrol("enrols");
    const auto registers = fleet.put_registration("registers");
    const auto unwanted = fleet.enrol("unwanted");
    const auto other = fleet.enrol("other");
    disk.write_unnoticed("enrols", known);
    disk.write_unnoticed("registers", known);
    disk.release();
    CHECK(first->status() == ECP_CREATED);
    CHECK(other->status() == ECP_CREATED);
    for (const auto* each : {&enrols, &registers, &unwanted}) {
        CHECK((*each)->status() == ECP_UNAVAILABLE);
        CHECK((*each)->retry_after() == 1s);
        CHECK((*each)->answers() == 1);
    }
    // What somebody else has written is there by then.
    CHECK(fleet.registration("enrols") == ECP_OK);
    CHECK(fleet.enrol("enrols")->status() == ECP_OK);
    CHECK(fleet.put_registration("registers")->status() == ECP_OK);
    CHECK(fleet.registration("unwanted") == ECP_NOT_FOUND);
    CHECK_FALSE(disk.has("unwanted"));
    CHECK(health() == ECP_HEALTH_OK);
}

TEST_CASE("provider news: an answer is withheld if what it says was dropped before the commit",
          "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-7", known);
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    disk.hold();
    const auto first = fleet.enrol("first");
    disk.await_held();
    const auto registers = fleet.put_registration("pump-7");
    disk.write("pump-7", known, device_part::told); // taken over between the registration and its commit
    disk.release();
    CHECK(first->status() == ECP_CREATED);
    CHECK(registers->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_registration("pump-7")->status() == ECP_OK);
}

TEST_CASE("provider news: a device that is gone is forgotten, and told nothing that wipes it",
          "[fleet][unit]") {
    shared_disk disk;
    for (const auto& each : ids(4)) disk.write_unnoticed(each, known);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    disk.remove({"pump-0", "pump-1"}); // half of them
    CHECK(settled_registration(fleet, "pump-0") == ECP_NOT_FOUND);
    CHECK(settled_registration(fleet, "pump-1") == ECP_NOT_FOUND);
    CHECK(settled_registration(fleet, "pump-2") == ECP_OK);
    CHECK(health() == ECP_HEALTH_OK);
}

TEST_CASE("provider news: R7a a store that is emptied takes nothing from anyone until that is accepted",
          "[fleet][unit]") {
    shared_disk disk;
    for (const auto& each : ids(4)) disk.write_unnoticed(each, known);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    disk.remove({"pump-0", "pump-1", "pump-2"});
    await_logged("3 devices have gone from the store");
    CHECK(settled_registration(fleet, "pump-0") == ECP_OK);
    CHECK_FALSE(fleet.configuration("pump-0").empty());
    CHECK(health() == ECP_HEALTH_DEGRADED);
    CHECK(metric("departures_held") == 3);

    SECTION("all are back") {
        for (const auto& each : ids(3)) disk.write(each, known);
        CHECK(settled_registration(fleet, "pump-0") == ECP_OK);
        CHECK(health() == ECP_HEALTH_OK);
        CHECK(metric("departures_held") == 0);
        CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":0})");
        CHECK(fleet.registration("pump-0") == ECP_OK);
    }
    SECTION("it is accepted") {
        CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":3})");
        CHECK(fleet.registration("pump-0") == ECP_NOT_FOUND);
        CHECK(fleet.registration("pump-3") == ECP_OK);
        CHECK(health() == ECP_HEALTH_OK);
        CHECK(metric("departures_held") == 0);
    }
    SECTION("more has gone than was told") {
        disk.remove({"pump-3"});
        await_logged("4 devices have gone from the store");
        const auto refused = fleet.invoke("accept-removals");
        CHECK(refused->status() == ECP_PRECONDITION);
        CHECK(mentions({refused->message()}, "more devices are gone from the store than was told before"));
        CHECK(fleet.registration("pump-0") == ECP_OK);
        CHECK(health() == ECP_HEALTH_DEGRADED);
        CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":4})");
        CHECK(fleet.registration("pump-3") == ECP_NOT_FOUND);
        CHECK(health() == ECP_HEALTH_OK);
    }
    SECTION("one that is held is told to go by who writes to it") {
        disk.write("pump-0", removed);
        CHECK(settled_registration(fleet, "pump-0") == ECP_REMOVED);
        CHECK(metric("departures_held") == 2);
    }
}

TEST_CASE("provider news: entries that are made anew are no departures", "[fleet][unit]") {
    shared_disk disk;
    for (const auto& each : ids(4)) disk.write_unnoticed(each, known);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    disk.remove(ids(4));
    await_logged("4 devices have gone from the store");
    for (const auto& each : ids(4)) disk.write_unnoticed(each, known);
    disk.knock();
    CHECK(settled_registration(fleet, "pump-0") == ECP_OK);
    CHECK(health() == ECP_HEALTH_OK);
}

TEST_CASE("provider news: those that were left out are no departures", "[fleet][unit]") {
    shared_disk disk;
    for (const auto& each : ids(4)) disk.write_unnoticed(each, known);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    const std::vector<std::string> twins{"PUMP-0", "PUMP-1", "PUMP-2", "PUMP-3"};
    for (const auto& each : twins) disk.write(each, denied);
    CHECK(settled_registration(fleet, "pump-0") == ECP_OK);
    CHECK(mentions(logged(), "differs from that of the device pump-3 in case alone"));
    disk.remove(twins);
    CHECK(settled_registration(fleet, "pump-0") == ECP_OK);
    CHECK(health() == ECP_HEALTH_OK);
}

TEST_CASE("provider news: R37 where heartbeats are not stored, they are taken while the store is down",
          "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-7", known);
    disk.write_unnoticed("pump-8", known);
    provider_under_test fleet{disk, GENERATE(as<std::string>{}, "{}", R"({"batched": true})")};
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(fleet.put_heartbeat("pump-7", R"({"status": "up"})")->status() == ECP_OK);
    disk.fail();
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-8", R"({"status": "up"})")->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-8", R"({"status": "degraded"})")->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-8", R"({"status": "degraded"})")->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("nobody")->status() == ECP_NOT_FOUND);
    // Its label is to be stored; and who waits for that holds up nobody else.
    CHECK(fleet.put_heartbeat("pump-7", press)->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-8", R"({"status": "up"})")->status() == ECP_OK);
    disk.fail(false);
    await_logged("the store can be written again");
    CHECK(fleet.put_heartbeat("pump-7", press)->status() == ECP_OK);
    CHECK(mentions({disk.content("pump-7").membership}, R"("device.hostname":"press")"));
}

TEST_CASE("provider news: heartbeats that are ignored are answered, whatever they say", "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-7", known);
    disk.write_unnoticed("waits", pending);
    provider_under_test fleet{disk, R"({"ignoreHeartbeats": true})"};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-7", "this is no JSON")->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-7", press)->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("waits")->status() == ECP_NOT_FOUND);
    CHECK(fleet.put_heartbeat("nobody", "this is no JSON")->status() == ECP_NOT_FOUND);
    disk.fail();
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-7")->status() == ECP_OK);
    CHECK_FALSE(mentions({disk.content("pump-7").membership}, "press"));
    disk.fail(false);
    CHECK(fleet.reconfigure("{}")->status() == ECP_UNAVAILABLE);
    await_logged("the store can be written again");
    CHECK(fleet.reconfigure("{}")->status() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-7", "this is no JSON")->status() == ECP_INVALID);
}

TEST_CASE("provider news: R20 a heartbeat proves a key, even one that is ignored", "[fleet][unit]") {
    shared_disk disk;
    const auto key = std::string(64, 'a');
    disk.write_unnoticed("pump-7",
                         R"({"namespace": "default", "state": "known", "pin": "provisional )" + key + "\"}");
    provider_under_test fleet{disk, R"({"ignoreHeartbeats": true})"};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-7")->status() == ECP_OK);
    REQUIRE(fleet.stop() == ECP_OK); // what is to be stored is stored
    CHECK(mentions({disk.content("pump-7").membership}, "confirmed " + key));
}

TEST_CASE("provider news: the store's manifests are the fleet's", "[fleet][unit]") {
    shared_disk disk;
    disk.write_manifests({stored_manifest("c", map_of("1")), stored_manifest("w", web)});
    disk.write_unnoticed("pump-7", at_north);
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    const auto first = fleet.configuration("pump-7");
    CHECK(mentions({first}, "\"web\""));
    const auto reread = [&] { return fleet.invoke("accept-removals"); };

    disk.write_manifests({stored_manifest("c", map_of("2")), stored_manifest("w", web)});
    CHECK(reread()->status() == ECP_OK);
    const auto second = fleet.configuration("pump-7");
    CHECK(second != first);

    SECTION("one that contradicts another is not taken over") {
        disk.write_manifests({stored_manifest("a", map_of("3")), stored_manifest("c", map_of("2")),
                              stored_manifest("w", web)});
        CHECK(reread()->status() == ECP_INVALID);
        CHECK(health() == ECP_HEALTH_DEGRADED);
        CHECK(fleet.configuration("pump-7") == second);
        disk.write_manifests({stored_manifest("c", map_of("1")), stored_manifest("w", web)});
        CHECK(reread()->status() == ECP_OK);
        CHECK(health() == ECP_HEALTH_OK);
        CHECK(fleet.configuration("pump-7") == first);
    }
    SECTION("all of them gone are held") {
        disk.write_manifests({});
        await_logged("are gone from the manifests");
        CHECK(fleet.configuration("pump-7") == second);
        CHECK(fleet.reconfigure("{}")->status() == ECP_PRECONDITION);
        CHECK(metric("removals_held") == 2);
        CHECK(reread()->body() == R"({"put":0,"removed":2})");
        CHECK_FALSE(mentions({fleet.configuration("pump-7")}, "\"web\""));
    }
}

TEST_CASE("provider news: how well others are followed is shown", "[fleet][unit]") {
    shared_disk disk;
    disk.is_followed({42s, "the server is away", "entry x has no name", 1});
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    while (metric("store_entries_left_out") == 0) std::this_thread::yield();
    CHECK(metric("store_age_seconds") == 42);
    while (health() == ECP_HEALTH_OK) std::this_thread::yield();
    disk.is_followed({});
    while (health() != ECP_HEALTH_OK) std::this_thread::yield();
    CHECK(metric("store_entries_left_out") == 0);
}

TEST_CASE("provider news: they may come at any time, even while the provider ends", "[fleet][unit]") {
    shared_disk disk;
    for (const auto& each : ids(20)) disk.write_unnoticed(each, known);
    disk.write_manifests({stored_manifest("c", map_of("1")), stored_manifest("w", web)});
    std::atomic<bool> ends{false};
    std::thread somebody{[&] {
        for (int i = 0; !ends; ++i) {
            disk.write("pump-" + std::to_string(i % 20), i % 3 == 0 ? denied : known, device_part::given);
            disk.write_manifests(
                {stored_manifest("c", map_of(std::to_string(i))), stored_manifest("w", web)});
        }
    }};
    for (int i = 0; i < 20; ++i) {
        provider_under_test fleet{disk, automatic};
        REQUIRE(fleet.start() == ECP_OK);
        const auto enrolled = fleet.enrol("new-" + std::to_string(i));
        CHECK(enrolled->status() == ECP_CREATED);
        i % 2 == 0 ? void(fleet.stop()) : fleet.destroy();
    }
    ends = true;
    somebody.join();
}

TEST_CASE("provider news: a store that is away at the start is waited for, and of half a load nothing stays",
          "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-1", known);
    disk.write_unnoticed("pump-2", known);
    disk.is_away();
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(health() == ECP_HEALTH_DOWN);
    CHECK(mentions(logged(), "the store cannot be loaded, so that nothing is answered"));
    CHECK(fleet.registration("pump-1") == ECP_UNAVAILABLE);
    CHECK(fleet.enrol("pump-3")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-1")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_registration("pump-1")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.reconfigure("{}")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.invoke("accept-removals")->status() == ECP_UNAVAILABLE);
    disk.remove({"pump-1"});
    disk.is_away(false);
    CHECK(edgeconf::test::eventually([&] { return fleet.registration("pump-2") == ECP_OK; }));
    CHECK(fleet.registration("pump-1") == ECP_NOT_FOUND);
    CHECK(health() == ECP_HEALTH_OK);
    CHECK(fleet.enrol("pump-3")->status() == ECP_CREATED);
    disk.write("pump-2", removed, device_part::given);
    CHECK(settled_registration(fleet, "pump-2") == ECP_REMOVED);
}

TEST_CASE("provider news: a store that is away all the time keeps nobody from stopping", "[fleet][unit]") {
    shared_disk disk;
    disk.write_unnoticed("pump-1", known);
    disk.is_away();
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(fleet.stop() == ECP_OK);
}

TEST_CASE("provider news: a store that always has some keeps no provider from ending", "[fleet][unit]") {
    shared_disk disk;
    provider_under_test fleet{disk};
    REQUIRE(fleet.start() == ECP_OK);
    disk.never_settles();
    disk.write("pump-7", known);
    CHECK(settled_registration(fleet, "pump-7") == ECP_OK);
    CHECK(fleet.stop() == ECP_OK);
}
