// A host that is killed at any moment has lost nothing that it has acknowledged.
#include "durability/device_clients.hpp"
#include "durability/durable_host.hpp"
#include "durability/seed.hpp"
#include "support/catch.hpp"

#include <iostream>
#include <random>

using namespace edgeconf::test;

namespace {

constexpr unsigned rounds = EDGECONF_DURABILITY_ROUNDS;
constexpr unsigned threads = 4;

} // namespace

TEST_CASE("kill: what was acknowledged is there after SIGKILL, round after round on one database",
          "[durability]") {
    const auto seed = chosen_seed("kill, full");
    std::mt19937_64 random{seed};
    device_clients clients{seed};
    durable_host host{{.options = {std::string{admission}}}};
    write_common_manifests(host);
    unsigned killed_while_starting = 0;
    for (unsigned round = 0; round <= rounds; ++round) {
        if (random() % 5 == 0) {
            ++killed_while_starting;
            host.launch();
            for (auto spins = random() % 2000; spins != 0; --spins) std::this_thread::yield();
            host.kill();
        }
        host.start();
        INFO("round " << round);
        REQUIRE(text(clients.check(host)) == "");
        if (round == rounds) break;
        clients.start(host, threads);
        const bool went_on = clients.wait_for_acknowledged(20 + random() % 400);
        host.kill();
        const auto surprises = clients.host_died(device_story::clock::time_point::max());
        REQUIRE(went_on);
        REQUIRE(text(surprises) == "");
    }
    std::cout << "kill, full: " << rounds << " rounds, " << killed_while_starting
              << " hosts killed while starting, " << clients.size() << " devices, " << clients.acknowledged()
              << " writes acknowledged\n";
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("kill: with batched durability only heartbeats of the last moment are lost", "[durability]") {
    const auto seed = chosen_seed("kill, batched");
    constexpr std::chrono::seconds safe_after{2}; // batch-time and one more
    device_clients clients{seed};
    durable_host host{{.options = {std::string{admission}, "durability: batched", "batch-time: 1s"}}};
    write_common_manifests(host);
    constexpr unsigned few = 3;
    for (unsigned round = 0; round <= few; ++round) {
        host.start();
        INFO("round " << round);
        REQUIRE(text(clients.check(host)) == "");
        if (round == few) break;
        clients.start(host, threads);
        // Long enough that some heartbeats have to be there.
        const auto until = device_story::clock::now() + safe_after + std::chrono::seconds{1};
        bool went_on = true;
        while (went_on && device_story::clock::now() < until) went_on = clients.wait_for_acknowledged(1);
        const auto died = device_story::clock::now();
        host.kill();
        const auto surprises = clients.host_died(died - safe_after);
        REQUIRE(went_on);
        REQUIRE(text(surprises) == "");
    }
    std::cout << "kill, batched: " << few << " rounds, " << clients.size() << " devices, "
              << clients.acknowledged() << " writes acknowledged\n";
    CHECK(host.stop().exit_code == 0);
}
