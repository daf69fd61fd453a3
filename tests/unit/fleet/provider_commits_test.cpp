#include "provider_under_test.hpp"

#include "fleet_under_test.hpp"
#include "manifest_folder.hpp"

#include "fleet/manifest_watch.hpp"

#include "support/catch.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;

namespace {

constexpr auto automatic = R"({"approval": "automatic"})";
constexpr auto batched = R"({"approval": "automatic", "batched": true})";

std::string options_for(const manifest_folder& manifests, bool watch = false) {
    return R"({"approval": "automatic", "manifests": ")" + manifests.path().string() + R"(", "watch": )" +
           (watch ? "true}" : "false}");
}

std::string beat(int n) { return R"({"status": "up", "version": ")" + std::to_string(n) + R"("})"; }

void let_in(provider_under_test& fleet, const std::string& id) {
    REQUIRE(fleet.enrol(id)->status() == ECP_CREATED);
    REQUIRE(fleet.registration(id) == ECP_OK);
}

std::size_t count_logged(std::string_view part) {
    const auto lines = logged();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [&](const auto& line) { return line.find(part) != std::string::npos; }));
}

} // namespace

TEST_CASE("provider commits: nothing is acknowledged or seen before it is stored", "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);

    disk.hold();
    const auto enrolled = fleet.enrol("pump-7");
    disk.await_held();
    CHECK_FALSE(enrolled->is_answered());
    CHECK(fleet.registration("pump-7") == ECP_NOT_FOUND);
    CHECK(disk.content().devices() == 0);
    disk.release();
    CHECK(enrolled->status() == ECP_CREATED);
    CHECK(disk.content().devices() == 1);
    CHECK(fleet.registration("pump-7") == ECP_OK);
    CHECK_FALSE(fleet.configuration("pump-7").empty());

    disk.hold();
    const auto registered = fleet.put_registration("pump-7");
    disk.await_held();
    const auto heard = fleet.put_heartbeat("pump-7", beat(1));
    CHECK_FALSE(registered->is_answered());
    CHECK_FALSE(heard->is_answered());
    CHECK(fleet.registration("pump-7") == ECP_OK); // reads wait for nobody
    disk.release();
    CHECK(registered->status() == ECP_OK);
    CHECK(heard->status() == ECP_OK);
}

TEST_CASE("provider commits: what comes in during a save shares the next one", "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);

    const auto before = disk.saves();
    disk.hold();
    std::vector<pending_operation> heard;
    heard.push_back(fleet.put_heartbeat("pump-7", beat(1)));
    disk.await_held();
    for (int i = 0; i < 100; ++i) {
        heard.push_back(fleet.put_heartbeat("pump-7", beat(i % 3))); // some say nothing new
    }
    for (const auto& each : heard) CHECK_FALSE(each->is_answered());
    disk.release();
    for (const auto& each : heard) CHECK(each->status() == ECP_OK);
    // The heartbeats of the moment and those of the writer may each begin a commit, and so may the clock.
    CHECK(disk.saves() - before <= 4);
    CHECK(disk.content().heard("pump-7") != 0);
}

TEST_CASE("provider commits: a save that fails refuses those that waited and all writes after; reads go on",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);

    disk.hold();
    const auto first = fleet.enrol("pump-8");
    disk.await_held();
    const auto second = fleet.enrol("pump-9");
    const auto quiet = fleet.put_heartbeat("pump-7", beat(0));
    disk.become(store_mood::failing);
    disk.release();
    CHECK(first->status() == ECP_UNAVAILABLE);
    CHECK(second->status() == ECP_UNAVAILABLE);
    CHECK(quiet->status() == ECP_UNAVAILABLE);
    CHECK(health() == ECP_HEALTH_DEGRADED);

    CHECK(fleet.registration("pump-7") == ECP_OK);
    CHECK_FALSE(fleet.configuration("pump-7").empty());
    CHECK(fleet.enrol("pump-7")->status() == ECP_OK); // is in: nothing to write
    CHECK(fleet.registration("pump-8") == ECP_NOT_FOUND);
    CHECK(fleet.registration("pump-9") == ECP_NOT_FOUND);
    CHECK(fleet.put_heartbeat("pump-7", beat(1))->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.enrol("pump-10")->status() == ECP_UNAVAILABLE);
    CHECK(fleet.reconfigure(automatic)->status() == ECP_UNAVAILABLE);
    CHECK(fleet.invoke("accept-removals")->status() == ECP_UNAVAILABLE);
    CHECK(disk.content().devices() == 1);

    disk.become(store_mood::working);
    await_logged("the store can be written again");
    CHECK(health() == ECP_HEALTH_OK);
    CHECK(disk.content().devices() == 3); // what was refused is stored all the same
    CHECK(fleet.registration("pump-8") == ECP_OK);
    CHECK(fleet.registration("pump-9") == ECP_OK);
    CHECK(fleet.put_heartbeat("pump-7", beat(1))->status() == ECP_OK);
    CHECK(fleet.reconfigure(automatic)->status() == ECP_OK);
    CHECK(count_logged("nothing can be written, so") == 1);
}

TEST_CASE("provider commits: batched, heartbeats are acknowledged at once and enrolments are not",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, batched};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    disk.hold();
    const auto enrolled = fleet.enrol("pump-8");
    disk.await_held();
    CHECK(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK); // says nothing new
    const auto news = fleet.put_heartbeat("pump-7", beat(1));
    CHECK_FALSE(enrolled->is_answered());
    CHECK(fleet.registration("pump-8") == ECP_NOT_FOUND);
    disk.release();
    CHECK(enrolled->status() == ECP_CREATED);
    CHECK(news->status() == ECP_OK);
}

TEST_CASE("provider commits: batched, nobody waits for what is to be stored of another device",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, batched};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    disk.hold();
    const auto enrolled = fleet.enrol("pump-8");
    disk.await_held();
    const auto news = fleet.put_heartbeat("pump-7", beat(1));
    disk.become(store_mood::failing);
    disk.release();
    CHECK(enrolled->status() == ECP_UNAVAILABLE);
    CHECK(news->status() == ECP_OK);
}

TEST_CASE("provider commits: stop stores what was acknowledged", "[fleet][unit]") {
    steered_disk disk;
    {
        provider_under_test fleet{disk, batched};
        REQUIRE(fleet.start() == ECP_OK);
        let_in(fleet, "pump-7");
        REQUIRE(fleet.put_heartbeat("pump-7", beat(1))->status() == ECP_OK);
        REQUIRE(fleet.put_heartbeat("pump-7", beat(1))->status() == ECP_OK);
        REQUIRE(fleet.stop() == ECP_OK);
    }
    CHECK(disk.content().heard("pump-7") != 0);
    provider_under_test again{disk, batched};
    REQUIRE(again.start() == ECP_OK);
    CHECK(again.registration("pump-7") == ECP_OK);
}

TEST_CASE(
    "provider commits: R30 broken manifests keep no provider from starting that has accepted some before",
    "[fleet][unit]") {
    const std::string good = head("EdgeDevice", "pump-7") + "  labels: {site: north}\n" +
                             workload("web", "deviceSelector: {matchLabels: {site: north}}");
    manifest_folder manifests;
    steered_disk disk;
    manifests.write("m.yaml", "kind: EdgeDevice");
    {
        provider_under_test fleet{disk, options_for(manifests)};
        CHECK(fleet.start() == ECP_INVALID);
    }
    manifests.write("m.yaml", good);
    std::string configuration;
    {
        provider_under_test fleet{disk, options_for(manifests)};
        REQUIRE(fleet.start() == ECP_OK);
        configuration = fleet.configuration("pump-7");
        CHECK(mentions({configuration}, "\"web\""));
        REQUIRE(fleet.stop() == ECP_OK);
    }
    manifests.write("m.yaml", "kind: EdgeDevice");
    provider_under_test fleet{disk, options_for(manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(fleet.configuration("pump-7") == configuration);
    CHECK(health() == ECP_HEALTH_DEGRADED);
    CHECK(fleet.reconfigure(options_for(manifests))->status() == ECP_INVALID);
    manifests.write("m.yaml", good + workload("more", "deviceSelector: {}"));
    CHECK(fleet.reconfigure(options_for(manifests))->status() == ECP_OK);
    CHECK(mentions({fleet.configuration("pump-7")}, "\"more\""));
    CHECK(health() == ECP_HEALTH_OK);
}

TEST_CASE("provider commits: R7a a folder that has been emptied is held until that is accepted",
          "[fleet][unit]") {
    manifest_folder manifests;
    steered_disk disk;
    manifests.write("a.yaml", head("EdgeDevice", "pump-7"));
    manifests.write("b.yaml", head("EdgeDevice", "pump-8"));
    {
        provider_under_test fleet{disk, options_for(manifests)};
        REQUIRE(fleet.start() == ECP_OK);
    }
    std::filesystem::remove(manifests.path() / "a.yaml");
    std::filesystem::remove(manifests.path() / "b.yaml");
    {
        provider_under_test fleet{disk, options_for(manifests)};
        REQUIRE(fleet.start() == ECP_OK);
        CHECK(fleet.registration("pump-7") == ECP_OK);
        CHECK(health() == ECP_HEALTH_DEGRADED);
        CHECK(fleet.reconfigure(options_for(manifests))->status() == ECP_PRECONDITION);
        CHECK(fleet.registration("pump-7") == ECP_OK);
        const auto accepted = fleet.invoke("accept-removals");
        CHECK(accepted->status() == ECP_OK);
        CHECK(accepted->body() == R"({"put":0,"removed":2})");
        CHECK(fleet.registration("pump-7") == ECP_NOT_FOUND); // and is told nothing that wipes it
        CHECK(health() == ECP_HEALTH_OK);
    }
    CHECK(disk.content().files().empty());
    CHECK(disk.content().devices() == 0);
}

namespace {

// Three devices and three workloads, each kind in a folder of its own that comes and goes at once.
struct two_folders {
    manifest_folder manifests;
    manifest_folder aside;

    two_folders() {
        for (const std::string n : {"1", "2", "3"}) {
            manifests.write("devices/" + n + ".yaml", head("EdgeDevice", "pump-" + n));
            manifests.write("workloads/" + n + ".yaml", workload("web-" + n, "deviceSelector: {}"));
        }
        manifests.write("set.yaml", head("EdgeDeviceSet", "set"));
    }
    void take_away(const char* what) const {
        std::filesystem::rename(manifests.path() / what, aside.path() / what);
    }
    void bring_back(const char* what) const {
        std::filesystem::rename(aside.path() / what, manifests.path() / what);
    }
};

} // namespace

TEST_CASE("provider commits: R7a removals of which nobody was told are told before they are accepted",
          "[fleet][unit]") {
    const two_folders folders;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    folders.take_away("devices");
    const auto first = fleet.invoke("accept-removals");
    CHECK(first->status() == ECP_PRECONDITION);
    CHECK(mentions({first->message()}, "3 of 3 EdgeDevice are gone"));
    CHECK(fleet.registration("pump-1") == ECP_OK);
    CHECK(fleet.invoke("accept-removals")->status() == ECP_OK);
    CHECK(fleet.registration("pump-1") == ECP_NOT_FOUND);
}

TEST_CASE("provider commits: R7a of removals that are held, no more are accepted than were told",
          "[fleet][unit]") {
    const two_folders folders;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests, true)};
    REQUIRE(fleet.start() == ECP_OK);
    folders.take_away("workloads");
    await_logged("3 of 3 EdgeWorkload are gone");
    folders.take_away("devices");
    await_logged("3 of 3 EdgeDevice, 3 of 3 EdgeWorkload are gone");
    const auto refused = fleet.invoke("accept-removals");
    CHECK(refused->status() == ECP_PRECONDITION);
    CHECK(mentions({refused->message()}, "more is gone than was held before: 3 of 3 EdgeDevice, 3 of"));
    CHECK(fleet.registration("pump-1") == ECP_OK);
    CHECK(mentions({fleet.configuration("pump-1")}, "web-1"));
    CHECK(metric("removals_held") == 6);
    CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":6})");
    CHECK(fleet.registration("pump-1") == ECP_NOT_FOUND);
}

TEST_CASE("provider commits: R7a what comes back bit by bit is held until all of it is back",
          "[fleet][unit]") {
    const two_folders folders;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    folders.take_away("workloads");
    CHECK(fleet.reconfigure(options_for(folders.manifests))->status() == ECP_PRECONDITION);
    std::filesystem::rename(folders.manifests.path() / "devices" / "1.yaml", folders.aside.path() / "1.yaml");
    CHECK(fleet.reconfigure(options_for(folders.manifests))->status() == ECP_PRECONDITION);
    for (const std::string n : {"1", "2", "3"}) {
        std::filesystem::create_directories(folders.manifests.path() / "workloads");
        std::filesystem::rename(folders.aside.path() / "workloads" / (n + ".yaml"),
                                folders.manifests.path() / "workloads" / (n + ".yaml"));
        const auto reload = fleet.reconfigure(options_for(folders.manifests));
        CHECK(reload->status() == ECP_PRECONDITION);
        CHECK(mentions({fleet.configuration("pump-2")}, "web-3"));
        CHECK(fleet.registration("pump-1") == ECP_OK);
    }
    CHECK(mentions({fleet.reconfigure(options_for(folders.manifests))->message()},
                   "1 of the objects that went before are gone"));
    SECTION("all of it") {
        std::filesystem::rename(folders.aside.path() / "1.yaml",
                                folders.manifests.path() / "devices" / "1.yaml");
        CHECK(fleet.reconfigure(options_for(folders.manifests))->status() == ECP_OK);
        CHECK(health() == ECP_HEALTH_OK);
        CHECK(fleet.registration("pump-1") == ECP_OK);
    }
    SECTION("or the rest is accepted") {
        CHECK(fleet.invoke("accept-removals")->status() == ECP_PRECONDITION); // of which nobody was told
        CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":1})");
        CHECK(fleet.registration("pump-1") == ECP_NOT_FOUND);
        CHECK(fleet.registration("pump-2") == ECP_OK);
    }
}

TEST_CASE("provider commits: R7a of removals that are held, all kinds are told", "[fleet][unit]") {
    const two_folders folders;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    folders.take_away("workloads");
    std::filesystem::remove(folders.manifests.path() / "devices" / "1.yaml");
    const auto told = fleet.invoke("accept-removals");
    CHECK(told->status() == ECP_PRECONDITION);
    CHECK(mentions({told->message()}, "1 of 3 EdgeDevice, 3 of 3 EdgeWorkload are gone"));
    CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":4})");
}

TEST_CASE("provider commits: R7a no reload widens what an administrator accepts", "[fleet][unit]") {
    const two_folders folders;
    const manifest_folder others;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    SECTION("one with other manifests") {
        const auto reload = fleet.reconfigure(options_for(others));
        CHECK(reload->status() == ECP_PRECONDITION);
        CHECK(mentions({reload->message()}, "3 of 3 EdgeDevice, 1 of 1 EdgeDeviceSet, 3 of 3"));
        CHECK(health() == ECP_HEALTH_OK); // what it runs with is as it was
        folders.take_away("devices");
        CHECK(fleet.invoke("accept-removals")->status() == ECP_PRECONDITION);
    }
    SECTION("one that was refused") {
        folders.take_away("workloads");
        CHECK(fleet.invoke("accept-removals")->status() == ECP_PRECONDITION);
        folders.take_away("devices");
        CHECK(fleet.reconfigure(options_for(folders.manifests))->status() == ECP_PRECONDITION);
        const auto more = fleet.invoke("accept-removals");
        CHECK(more->status() == ECP_PRECONDITION);
        CHECK(mentions({more->message()}, "more is gone than was held before: 3 of 3 EdgeDevice, 3 of"));
    }
    CHECK(fleet.registration("pump-1") == ECP_OK);
    CHECK(fleet.invoke("accept-removals")->status() == ECP_OK);
}

TEST_CASE("provider commits: R7a of removals that are held, fewer may be accepted", "[fleet][unit]") {
    const two_folders folders;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(folders.manifests, true)};
    REQUIRE(fleet.start() == ECP_OK);
    folders.take_away("workloads");
    await_logged("3 of 3 EdgeWorkload are gone");
    for (const auto* file : {"2.yaml", "3.yaml"}) {
        std::filesystem::remove(folders.aside.path() / "workloads" / file);
    }
    folders.bring_back("workloads");
    CHECK(fleet.invoke("accept-removals")->body() == R"({"put":0,"removed":2})");
    CHECK(mentions({fleet.configuration("pump-1")}, "web-1"));
}

TEST_CASE("provider commits: nobody is left without an answer, whatever keeps a save from succeeding",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    disk.hold();
    const auto enrolled = fleet.enrol("pump-8");
    disk.await_held();
    const auto quiet = fleet.put_heartbeat("pump-7", beat(0));
    disk.become(store_mood::out_of_memory);
    disk.release();
    CHECK(enrolled->status() == ECP_UNAVAILABLE);
    CHECK(quiet->status() == ECP_UNAVAILABLE);
    disk.become(store_mood::working);
    await_logged("the store can be written again");
    CHECK(fleet.registration("pump-8") == ECP_OK);
    CHECK(enrolled->answers() == 1);
}

TEST_CASE("provider commits: a store that fails again as soon as it is back is told of once",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    disk.become(store_mood::full);
    REQUIRE(fleet.enrol("pump-7")->status() == ECP_UNAVAILABLE);
    disk.hold();
    disk.await_held(); // after a recovery
    const auto heard = fleet.enrol("pump-8");
    disk.release();
    CHECK(heard->status() == ECP_UNAVAILABLE);
    CHECK(count_logged("nothing can be written, so") == 1);
    CHECK(health() == ECP_HEALTH_DEGRADED);
}

TEST_CASE("provider commits: a store that fails when nobody writes is not back as long as it does",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    disk.become(store_mood::untended);
    while (count_logged("nothing can be written, so") == 0) std::this_thread::yield();
    disk.hold(store_step::recovery);
    disk.await_held();
    disk.release();
    disk.hold(store_step::recovery); // with nothing to commit, the one before has not brought it back
    disk.await_held();
    CHECK(count_logged("nothing can be written, so") == 1);
    CHECK(count_logged("can be written again") == 0);
    CHECK(health() == ECP_HEALTH_DEGRADED);
    disk.become(store_mood::working);
    disk.release();
    while (health() != ECP_HEALTH_OK) std::this_thread::yield();
}

TEST_CASE("provider commits: what is heard while the store is away is stored when it is back",
          "[fleet][unit]") {
    steered_disk disk;
    provider_under_test fleet{disk, batched};
    REQUIRE(fleet.start() == ECP_OK);
    let_in(fleet, "pump-7");
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK); // stores all there is
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    const auto before = disk.content().heard("pump-7");
    REQUIRE(before != 0);

    // Noted with the commit that fails: acknowledged, and not to be lost.
    disk.become(store_mood::failing);
    turn_clock(std::chrono::hours{1});
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    disk.become(store_mood::working);
    await_logged("the store can be written again");
    CHECK(disk.content().heard("pump-7") >= before + 3600);
}

TEST_CASE("provider commits: a device that cannot be answered because of the store is not offline",
          "[fleet][unit]") {
    manifest_folder manifests;
    const std::string often = "spec: {heartbeat: {periodSeconds: 10}}\n"; // offline after 30
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") + often + head("EdgeDevice", "pump-8") + often);
    steered_disk disk;
    provider_under_test fleet{disk, options_for(manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(fleet.put_heartbeat("pump-7")->status() == ECP_OK);
    REQUIRE(fleet.put_heartbeat("pump-8")->status() == ECP_OK);
    disk.become(store_mood::failing);
    disk.hold(store_step::recovery); // and with it the look at the clock
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_UNAVAILABLE);
    disk.await_held();
    turn_clock(std::chrono::seconds{40}); // less than what counts as a jump of the clock
    REQUIRE(fleet.put_heartbeat("pump-7")->status() == ECP_UNAVAILABLE);
    disk.release();
    disk.become(store_mood::working); // for the next attempt
    await_logged("the store can be written again");
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    CHECK(metric("devices_offline") == 1); // the other one
}

TEST_CASE("provider commits: a file that changes back and forth while saves fail is stored as it is at last",
          "[fleet][unit]") {
    const auto text = [](const std::string& site) {
        return head("EdgeDevice", "pump-7") + "  labels: {site: " + site + "}\n";
    };
    manifest_folder manifests;
    manifests.write("m.yaml", text("north"));
    steered_disk disk;
    provider_under_test fleet{disk, options_for(manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    disk.hold();
    const auto writing = fleet.put_registration("pump-7");
    disk.await_held();
    manifests.write("m.yaml", text("south"));
    const auto there = fleet.reconfigure(options_for(manifests));
    REQUIRE(fleet.invoke("export")->status() == ECP_OK); // behind it on the thread that reads manifests
    manifests.write("m.yaml", text("north"));
    const auto back = fleet.reconfigure(options_for(manifests));
    REQUIRE(fleet.invoke("export")->status() == ECP_OK);
    disk.become(store_mood::failing);
    disk.release();
    CHECK(writing->status() == ECP_UNAVAILABLE);
    CHECK(there->status() == ECP_UNAVAILABLE); // taken over, and not stored yet
    CHECK(back->status() == ECP_UNAVAILABLE);
    disk.become(store_mood::working);
    await_logged("the store can be written again");
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    CHECK(mentions({disk.content().files().begin()->second.objects.at(0).text}, "north"));
}

TEST_CASE("provider commits: a file that changes back while it is saved is stored as it is at last",
          "[fleet][unit]") {
    manifest_folder manifests;
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") + "  labels: {site: north}\n");
    steered_disk disk;
    provider_under_test fleet{disk, options_for(manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") + "  labels: {site: south}\n");
    disk.hold();
    const auto there = fleet.reconfigure(options_for(manifests));
    disk.await_held();
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") + "  labels: {site: north}\n");
    const auto back = fleet.reconfigure(options_for(manifests));
    // Behind it on the thread that reads manifests: the store has not yet what was accepted.
    REQUIRE(fleet.invoke("export")->status() == ECP_OK);
    disk.release();
    CHECK(there->status() == ECP_OK);
    CHECK(back->status() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    CHECK(mentions({disk.content().files().begin()->second.objects.at(0).text}, "north"));
}

TEST_CASE("provider commits: when memory runs out in a change, nobody waits for ever and nothing is stored",
          "[fleet][unit]") {
    manifest_folder manifests;
    manifests.write("m.yaml", head("EdgeDevice", "pump-7"));
    steered_disk disk;
    provider_under_test fleet{disk, options_for(manifests)};
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    REQUIRE(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_OK);
    REQUIRE(fleet.put_registration("pump-7")->status() == ECP_OK);
    const auto saves = disk.saves();
    on_log([](std::string_view line) {
        if (line.find("in case alone") != line.npos) throw std::bad_alloc{};
    });
    REQUIRE(fleet.enrol("PUMP-8")->status() == ECP_CREATED);
    manifests.write("n.yaml", head("EdgeDevice", "pump-8"));
    CHECK(fleet.reconfigure(options_for(manifests))->status() == ECP_INTERNAL);
    CHECK(health() == ECP_HEALTH_DOWN);
    CHECK(fleet.reconfigure(options_for(manifests))->status() == ECP_UNAVAILABLE);
    CHECK(fleet.put_heartbeat("pump-7", beat(0))->status() == ECP_UNAVAILABLE);
    CHECK(fleet.enrol("pump-9")->status() == ECP_UNAVAILABLE);
    CHECK_FALSE(fleet.configuration("pump-7").empty());
    CHECK(fleet.stop() == ECP_OK);
    CHECK(disk.saves() == saves + 1); // the enrolment's
}

TEST_CASE("provider commits: an import that fails halfway changes nothing", "[fleet][unit]") {
    const manifest_folder folder;
    steered_disk disk;
    disk.upload = folder.path() / "upload";
    const auto import = [](provider_under_test& fleet) {
        const auto token = fleet
                               .invoke("import", {}, R"({"bundle":"edgeconf","version":1}
{"device":{"id":"pump-8","membership":{"namespace":"default","state":"known"}}}
{"device":{"id":"pump-9","membership":{"namespace":"default","state":"known","given":{"config/device-by-config":"absent"}}}}
{"end":{"objects":0,"devices":2}}
)")
                               ->revision();
        return fleet.invoke("import", token);
    };
    {
        provider_under_test fleet{disk, automatic};
        REQUIRE(fleet.start() == ECP_OK);
        let_in(fleet, "pump-7");
        on_log([](std::string_view line) {
            if (line.find("misses playbooks") != line.npos) throw std::logic_error{"no such thing"};
        });
        CHECK(import(fleet)->status() == ECP_INTERNAL);
        CHECK(fleet.registration("pump-8") == ECP_NOT_FOUND);
        CHECK(fleet.registration("pump-7") == ECP_OK);
        CHECK(health() == ECP_HEALTH_DOWN);
        CHECK(fleet.enrol("pump-10")->status() == ECP_UNAVAILABLE);
        CHECK(fleet.stop() == ECP_OK);
    }
    CHECK(disk.content().devices() == 1);
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK(import(fleet)->body() == R"({"devices":2,"objects":0,"skipped":[]})");
    CHECK(fleet.registration("pump-9") == ECP_OK);
}

TEST_CASE("provider commits: a change while the manifests are taken over at the start is seen",
          "[fleet][unit]") {
    manifest_folder manifests;
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") + "spec: {unheard: of}\n");
    steered_disk disk;
    provider_under_test fleet{disk, options_for(manifests, true)};
    on_log([&](std::string_view line) { // a warning of what has been read
        if (line.find("unheard") != line.npos) manifests.write("n.yaml", head("EdgeDevice", "pump-8"));
    });
    REQUIRE(fleet.start() == ECP_OK);
    await_logged("the manifests have changed: 1 objects new");
    CHECK(fleet.registration("pump-8") == ECP_OK);
}

TEST_CASE("provider commits: a change while the first reading is awaited is taken over behind it",
          "[fleet][unit]") {
    manifest_folder manifests;
    manifests.write("m.yaml", head("EdgeDevice", "pump-7") +
                                  workload("web", "deviceSelector: {}",
                                           "image: i, envFrom: [{configMapRef: {name: absent}}]"));
    steered_disk disk;
    {
        provider_under_test fleet{disk, options_for(manifests)};
        REQUIRE(fleet.start() == ECP_OK);
    }
    provider_under_test fleet{disk, options_for(manifests, true)};
    bool written = false;
    on_log([&](std::string_view line) { // the writer's, which renders what was stored
        if (line.find("absent") == line.npos || std::exchange(written, true)) return;
        (void)fleet.invoke("export"); // behind the first reading
        boost::asio::io_context io;
        const manifest_watch watch{
            io.get_executor(), manifests.path(), {}, [&] { io.stop(); }, [](std::string_view) {}};
        manifests.write("n.yaml", head("EdgeDevice", "pump-8"));
        io.run();
        (void)fleet.invoke("export"); // the provider's own watch has told of it, too
    });
    REQUIRE(fleet.start() == ECP_OK);
    REQUIRE(written);
    await_logged("the manifests have changed: 1 objects new");
    const auto lines = logged();
    const auto place = [&](std::string_view part) {
        return std::find_if(lines.begin(), lines.end(),
                            [&](const auto& line) { return line.find(part) != std::string::npos; });
    };
    CHECK(place("wait for approval") < place("the manifests have changed"));
    CHECK(fleet.registration("pump-8") == ECP_OK);
}

TEST_CASE("provider commits: what a start finds damaged is told once, and nothing is stored",
          "[fleet][unit]") {
    steered_disk disk;
    disk.become(store_mood::unreadable);
    provider_under_test fleet{disk, automatic};
    CHECK(fleet.start() == ECP_INTERNAL);
    CHECK(fleet.stop() == ECP_OK);
    CHECK(logged().empty());
    CHECK(disk.saves() == 0);
}

TEST_CASE("provider commits: an upload that a killed process left is gone after the start", "[fleet][unit]") {
    manifest_folder folder;
    folder.write("left", "a Secret in the clear");
    steered_disk disk;
    disk.upload = folder.path() / "left";
    provider_under_test fleet{disk, automatic};
    REQUIRE(fleet.start() == ECP_OK);
    CHECK_FALSE(std::filesystem::exists(disk.upload));
}

TEST_CASE("provider commits: one whose start fails behind the watch can be destroyed", "[fleet][unit]") {
    const manifest_folder empty;
    steered_disk disk;
    provider_under_test fleet{disk, options_for(empty, true)};
    std::atomic<bool> thrown{false};
    on_log([&](std::string_view line) {
        if (line.find("holds no .yaml") == line.npos) return;
        thrown = true;
        throw std::bad_alloc{};
    });
    CHECK(fleet.start() != ECP_OK);
    CHECK(thrown);
    fleet.destroy(); // and does not wait for ever
    on_log(nullptr);
}
