// A disk that does not take what it is given, or takes its time: nothing is acknowledged that is not there,
// and all is well once the disk is.
#include "durability/device_clients.hpp"
#include "durability/durable_host.hpp"
#include "durability/seed.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/sync_control.hpp"

#include <atomic>
#include <iostream>
#include <thread>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* failures = "edgeconf_provider_own_commit_failures_total";

struct host_on_unsure_disk {
    temp_folder orders;
    sync_control disk{orders.path() / "sync"};
    durable_host host{{.options = {std::string{admission}}, .environment = disk.environment()}};

    host_on_unsure_disk() { write_common_manifests(host); }
};

} // namespace

TEST_CASE("failing sync: the shim is asked by SQLite, for each commit", "[durability]") {
    host_on_unsure_disk on;
    on.host.start();
    auto edge_api = on.host.connect();
    const auto before = on.disk.calls();
    CHECK(edge_api.enrol("plant-1", "pump-1").status == 201);
    CHECK(on.disk.calls() > before);
    CHECK(on.host.stop().exit_code == 0);
}

TEST_CASE("failing sync: after one failure the write is refused, reads go on, and the next attempt succeeds",
          "[durability]") {
    host_on_unsure_disk on;
    on.host.start();
    auto edge_api = on.host.connect();
    device_story device{"pump-1", "plant-1", false};
    REQUIRE(device.enrol(edge_api) == 201);
    REQUIRE(device.put_registration(edge_api) == 200);
    REQUIRE(device.put_heartbeat(edge_api, true) == 200);
    REQUIRE(device.get_configuration(edge_api) == 200);

    on.disk.only_wal(true);
    on.disk.fail_next(1);
    CHECK(device.put_heartbeat(edge_api, true) == 503);
    CHECK(on.disk.failed() == 1);
    CHECK(device.get_configuration(edge_api) == 200);
    CHECK(device.get_registration(edge_api) == 200);
    CHECK(device.get_playbooks(edge_api) == 200);
    CHECK(eventually([&] { return device.put_heartbeat(edge_api, true) == 200; }));
    CHECK(on.host.metric(failures) >= 1);
    CHECK(eventually([&] { return on.host.page("/readyz").body == "ok\n"; }));

    on.host.kill();
    on.host.start();
    auto again = on.host.connect();
    const auto exported = on.host.exported();
    REQUIRE(exported.devices.contains("pump-1"));
    CHECK(text(device.check_stored(&exported.devices.at("pump-1"))) == "");
    CHECK(text(device.check_answers(again)) == "");
}

TEST_CASE("failing sync: what is not stored is not seen", "[durability]") {
    host_on_unsure_disk on;
    on.host.start();
    auto edge_api = on.host.connect();
    device_story known{"pump-1", "plant-1", false};
    REQUIRE(known.enrol(edge_api) == 201);
    const auto before = edge_api.get_configuration("plant-1", "pump-1").body;

    // Time to look, while both commits are under way; then they fail.
    on.disk.delay_ms(200);
    on.disk.fail();
    std::atomic<unsigned> answered{0};
    std::thread joining{[&] {
        auto own = on.host.connect();
        if (own.enrol("plant-1", "pump-2").status == 503) ++answered;
    }};
    std::thread registering{[&] {
        auto own = on.host.connect();
        if (known.put_registration(own) == 503) ++answered;
    }};
    unsigned looks = 0;
    unsigned seen = 0;
    const auto look = [&] {
        ++looks;
        if (edge_api.get_registration("pump-2").status != 404) ++seen;
        if (edge_api.get_configuration("plant-1", "pump-1").body != before) ++seen;
        return answered == 2;
    };
    CHECK(eventually(look));
    joining.join();
    registering.join();
    look();
    std::cout << "failing sync: looked " << looks << " times\n";
    CHECK(seen == 0);

    on.host.kill();
    on.disk.pass();
    on.disk.delay_ms(0);
    on.host.start();
    CHECK(on.host.stop().exit_code == 0);
}

TEST_CASE(
    "failing sync: while no sync succeeds writes are refused, and nothing acknowledged is missing later",
    "[durability]") {
    const auto seed = chosen_seed("failing sync");
    device_clients clients{seed};
    host_on_unsure_disk on;
    constexpr unsigned rounds = 4;
    for (unsigned round = 0; round <= rounds; ++round) {
        INFO("round " << round);
        on.host.start();
        REQUIRE(text(clients.check(on.host)) == "");
        if (round == rounds) break;
        clients.start(on.host, 4);
        REQUIRE(clients.wait_for_acknowledged(100));
        clients.writes_may_fail(true);
        on.disk.fail();
        CHECK(clients.wait_for_refused(50));
        on.host.wait_for_log({"nothing can be written", on.host.database().string()});
        CHECK_THAT(on.host.page("/readyz").body,
                   Contains("nothing can be written") && Contains(on.host.database().string()));
        if (round % 2 == 0) { // the others are killed as it is
            on.disk.pass();
            on.host.wait_for_log({"can be written again"});
            CHECK(clients.wait_for_acknowledged(100));
        }
        on.host.kill();
        on.disk.pass();
        CHECK(text(clients.host_died(device_story::clock::time_point::max())) == "");
        clients.writes_may_fail(false);
    }
    std::cout << "failing sync: " << clients.size() << " devices, " << clients.acknowledged()
              << " writes acknowledged, " << clients.refused() << " refused, " << on.disk.failed()
              << " syncs failed\n";
    CHECK(on.host.stop().exit_code == 0);
}

TEST_CASE("failing sync: a disk that fails at a start keeps a new fleet from starting, and a known one from "
          "writing",
          "[durability]") {
    host_on_unsure_disk on;
    on.disk.fail();
    CHECK_THROWS_WITH(on.host.start(), Contains("cannot start") && Contains(on.host.database().string()));
    on.disk.pass();
    on.host.start();
    auto edge_api = on.host.connect();
    device_story device{"pump-1", "plant-1", false};
    REQUIRE(device.enrol(edge_api) == 201);
    REQUIRE(device.put_heartbeat(edge_api, true) == 200);

    // What was acknowledged needs no sync at the end, and what is known none to be served.
    on.disk.fail();
    CHECK(on.host.stop().exit_code == 0);
    on.host.start();
    auto again = on.host.connect();
    CHECK(device.get_configuration(again) == 200);
    CHECK(device.put_heartbeat(again, true) == 503);
    on.disk.pass();
    CHECK(eventually([&] { return device.put_heartbeat(again, true) == 200; }));
    const auto exported = on.host.exported();
    REQUIRE(exported.devices.contains("pump-1"));
    CHECK(text(device.check_stored(&exported.devices.at("pump-1"))) == "");
    CHECK(on.host.stop().exit_code == 0);
}

TEST_CASE("failing sync: on a slow disk many heartbeats share one commit", "[durability]") {
    host_on_unsure_disk on;
    on.host.start();
    constexpr unsigned clients = 64;
    constexpr unsigned each = 20;
    std::atomic<unsigned> acknowledged{0};
    {
        auto edge_api = on.host.connect();
        for (unsigned i = 0; i < clients; ++i)
            REQUIRE(edge_api.enrol("plant-1", "pump-" + std::to_string(i)).status == 201);
    }
    on.disk.delay_ms(5);
    const auto before = on.disk.calls();
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < clients; ++i) {
        threads.emplace_back([&, i] {
            auto edge_api = on.host.connect();
            const auto id = "pump-" + std::to_string(i);
            for (unsigned n = 0; n < each; ++n) {
                const auto body = R"({"status":"up","version":")" + std::to_string(n / 2) + R"("})";
                if (edge_api.put_heartbeat("plant-1", id, body).status == 200) ++acknowledged;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    const auto syncs = on.disk.calls() - before;
    std::cout << "failing sync: " << acknowledged << " heartbeats in " << syncs << " syncs of 5 ms\n";
    CHECK(acknowledged == clients * each);
    CHECK(syncs > 0);
    CHECK(2 * syncs < acknowledged);
    on.disk.delay_ms(0);
    CHECK(on.host.stop().exit_code == 0);
}
