// How the host stops: requests under way are finished, then everything ends in order.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <csignal>

using namespace edgeconf::test;

namespace {

constexpr std::string_view heartbeat_path = "/namespaces/default/devices/camera-1/heartbeat";

std::string slow_configuration(std::string_view deadline) {
    return std::string{
        "device-api: {listen: \"127.0.0.1:0\"}\nobserve: {listen: \"127.0.0.1:0\"}\nprovider:\n  library: "}
        .append(provider_file("slow_provider").string())
        .append("\n  options: {release: release}\n  deadlines: {device: ")
        .append(deadline)
        .append("}\n");
}

} // namespace

TEST_CASE("shutdown: SIGTERM lets the request under way finish and exits 0", "[integration]") {
    const temp_folder folder;
    running_host host{folder, slow_configuration("1h")};
    client idle{{host.device_address(), {}, {}, {}}};
    client busy{{host.device_address(), {}, {}, {}}};
    CHECK(idle.request("GET", "/nowhere").status == 404);
    busy.send(go_request("PUT", heartbeat_path, R"({"status":"up"})"));
    host.child().wait_for_line("a heartbeat waits");

    host.child().signal(SIGTERM);
    CHECK(idle.is_closed());
    client watcher{{host.pages_address(), {}, {}, {}}};
    CHECK(watcher.request("GET", "/readyz").status == 503);
    CHECK(watcher.request("GET", "/livez").status == 200);
    folder.write("release", "");
    const auto answer = busy.receive();
    CHECK(answer.status == 200);
    CHECK(!answer.keep_alive);
    CHECK(host.child().wait().exit_code == 0);
}

TEST_CASE("shutdown: a request that never ends is cut off when its time is up", "[integration]") {
    const temp_folder folder;
    running_host host{folder, slow_configuration("300ms") + "shutdown-time: 100ms\n"};
    client busy{{host.device_address(), {}, {}, {}}};
    busy.send(go_request("PUT", heartbeat_path, R"({"status":"up"})"));
    host.child().wait_for_line("a heartbeat waits");
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("shutdown: a provider that does not answer in time costs a 504, and its late answer nothing",
          "[integration]") {
    const temp_folder folder;
    running_host host{folder, slow_configuration("50ms")};
    client c{{host.device_address(), {}, {}, {}}};
    for (int i = 0; i < 3; ++i) CHECK(c.request("PUT", heartbeat_path, R"({"status":"up"})").status == 504);
    CHECK(c.request("GET", "/namespaces/default/devices/camera-1/configuration").status == 501);
    CHECK(host.stop().exit_code == 0);
}
