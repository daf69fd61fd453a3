// A full disk: what cannot be stored is refused, what is known is served, and room is all that it takes.
#include "durability/device_clients.hpp"
#include "durability/durable_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/small_disk.hpp"

#include <fstream>
#include <iostream>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t disk_size = std::size_t{8} << 20;
constexpr std::size_t ballast_size = std::size_t{5} << 20;

// A device's, as large as they come.
std::string large_hardware(unsigned number) {
    std::string interfaces;
    for (unsigned i = 0; i < 64; ++i) {
        if (i != 0) interfaces += ",";
        interfaces += R"({"name":"eth)" + std::to_string(i) + R"(","hardware_address":")" +
                      std::to_string((number + 1) * 7919 * (i + 1)) + R"(","ipv4_addresses":["10.)" +
                      std::to_string(number % 251) + "." + std::to_string((number * i) % 241) + R"(.9/8"]})";
    }
    return R"({"hostname":"pump-)" + std::to_string(number) + R"(","interfaces":[)" + interfaces + "]}";
}

// To the last byte.
void fill(const std::filesystem::path& file) {
    for (const std::size_t piece : {std::size_t{64} << 10, std::size_t{1}}) {
        const std::string bytes(piece, 'x');
        std::ofstream all{file, std::ios::app};
        while (all << bytes << std::flush) {
        }
    }
}

void check_refused(const reply& answer) {
    CHECK(answer.status == 503);
    CHECK(answer.fields.contains("retry-after"));
    CHECK_THAT(answer.body, Contains("message"));
}

} // namespace

TEST_CASE("full disk: writes are refused, reads go on, nothing is lost, and room makes all well by itself",
          "[durability]") {
    if (const auto why = small_disk::obstacle()) {
        std::cout << "SKIPPED: " << *why << "\n";
        return;
    }
    durable_host host{{.options = {"approval: automatic"}}};
    write_common_manifests(host);
    const auto folder = host.database().parent_path();
    small_disk disk{folder, disk_size};
    const auto ballast = folder / "of-others";
    std::ofstream{ballast} << std::string(ballast_size, 'x');

    host.start();
    auto edge_api = host.connect();
    device_story device{"pump-a", "plant-1", false};
    REQUIRE(device.enrol(edge_api) == 201);
    REQUIRE(device.put_registration(edge_api) == 200);
    REQUIRE(device.put_heartbeat(edge_api, true) == 200);
    REQUIRE(device.get_configuration(edge_api) == 200);

    std::vector<std::string> enrolled;
    reply refused;
    for (unsigned i = 0;; ++i) {
        const auto id = "pump-" + std::to_string(i);
        refused = edge_api.enrol("plant-1", id, large_hardware(i));
        if (refused.status != 201) break;
        enrolled.push_back(id);
        REQUIRE(enrolled.size() < 100'000);
        if (edge_api.put_registration("plant-1", id, device_key{}.certificate_request(id), large_hardware(i))
                .status != 200)
            break;
    }
    std::cout << "full disk: full after " << enrolled.size() << " devices\n";

    const auto check_state = [&](edge_api_client& talk) {
        check_refused(talk.enrol("plant-1", "pump-late", large_hardware(1)));
        check_refused(talk.put_registration("plant-1", "pump-a", device_key{}.certificate_request("pump-a")));
        check_refused(talk.put_heartbeat("plant-1", "pump-a", R"({"status":"lost"})"));
        CHECK(talk.get_registration("pump-a").status == 200);
        CHECK(talk.get_configuration("plant-1", "pump-a").status == 200);
        CHECK(talk.get_playbooks("plant-1", "pump-a").status == 200);
        const auto ready = host.page("/readyz");
        CHECK(ready.status == 200);
        CHECK_THAT(ready.body, Contains("full") && Contains(folder.string()));
    };
    check_state(edge_api);
    host.wait_for_log({"full", host.database().string()});
    CHECK(host.metric("edgeconf_provider_own_commit_failures_total") >= 1);

    const auto check_all = [&] {
        const auto exported = host.exported();
        for (const auto& id : enrolled) CHECK(exported.devices.contains(id));
        REQUIRE(exported.devices.contains("pump-a"));
        CHECK(text(device.check_stored(&exported.devices.at("pump-a"))) == "");
    };
    check_all();

    // What is known is served even by a host that starts on the full disk.
    host.kill();
    host.start();
    check_all();
    auto again = host.connect();
    CHECK(device.get_configuration(again) == 200);
    CHECK(again.get_registration("pump-a").status == 200);

    std::filesystem::remove(ballast);
    CHECK(eventually([&] { return device.put_heartbeat(again, true) == 200; }));
    CHECK(eventually([&] { return again.enrol("plant-1", "pump-late", large_hardware(1)).status < 300; }));
    CHECK(eventually([&] { return host.page("/readyz").body == "ok\n"; }));
    check_all();
    CHECK(text(device.check_answers(again)) == "");
    host.kill();
    host.start();
    check_all();
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("full disk: a host that met it while running writes again once there is room", "[durability]") {
    if (const auto why = small_disk::obstacle()) {
        std::cout << "SKIPPED: " << *why << "\n";
        return;
    }
    durable_host host{{.options = {"approval: automatic"}}};
    write_common_manifests(host);
    const auto folder = host.database().parent_path();
    small_disk disk{folder, disk_size};
    host.start();
    auto edge_api = host.connect();
    device_story device{"pump-a", "plant-1", false};
    REQUIRE(device.enrol(edge_api) == 201);
    REQUIRE(device.put_registration(edge_api) == 200);

    const auto ballast = folder / "of-others";
    fill(ballast);
    CHECK(eventually([&] { return device.put_heartbeat(edge_api, true) == 503; }));
    host.wait_for_log({"full", host.database().string()});
    std::filesystem::remove(ballast);
    CHECK(eventually([&] { return device.put_heartbeat(edge_api, true) == 200; }));
    host.wait_for_log({"can be written again"});
    CHECK(eventually([&] { return host.page("/readyz").body == "ok\n"; }));
    host.kill();
    host.start();
    auto again = host.connect();
    const auto exported = host.exported();
    REQUIRE(exported.devices.contains("pump-a"));
    CHECK(text(device.check_stored(&exported.devices.at("pump-a"))) == "");
    CHECK(text(device.check_answers(again)) == "");
    CHECK(host.stop().exit_code == 0);

    // One that was stopped in good order leaves nothing to start with where nothing can be made.
    fill(ballast);
    CHECK_THROWS_WITH(host.start(), Contains("free some space") && Contains(host.database().string()));
    std::filesystem::remove(ballast);
    host.start();
    const auto after = host.exported();
    REQUIRE(after.devices.contains("pump-a"));
    CHECK(text(device.check_stored(&after.devices.at("pump-a"))) == "");
    CHECK(host.stop().exit_code == 0);
}
