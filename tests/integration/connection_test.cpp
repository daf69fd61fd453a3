// Connections: what is kept alive, what is closed, what is refused.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <vector>

using namespace edgeconf::test;

namespace {

constexpr std::string_view status_path = "/namespaces/default/devices/camera-1/registration";

std::string plain_configuration(std::string_view listen, std::string_view more = {}) {
    return std::string{"device-api:\n  listen: "}.append(listen).append("\n").append(more).append(
        "observe: {listen: \"127.0.0.1:0\"}\nthreads: 2\nprovider: {library: memory}\n");
}

} // namespace

TEST_CASE("connection: one connection serves request after request", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("127.0.0.1:0")};
    client c{{host.device_address(), {}, {}, {}}};
    for (int i = 0; i < 100; ++i) CHECK(c.request("GET", status_path).status == 404);
}

TEST_CASE("connection: many short connections are served, one request each", "[integration]") {
    const secured_folder secured;
    running_host host{secured.folder(), secured.configuration("  library: memory\n")};
    for (int i = 0; i < 50; ++i) {
        client c{secured.as_edge_api(host.device_address())};
        CHECK(c.request("GET", status_path).status == 404);
    }
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("connection: pipelined requests are answered in order", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("127.0.0.1:0")};
    client c{{host.device_address(), {}, {}, {}}};
    c.send(go_request("GET", status_path) + go_request("DELETE", status_path) +
           go_request("GET", "/nowhere") + go_request("GET", status_path));
    CHECK(c.receive().body.find("unknown") != std::string::npos);
    CHECK(c.receive().status == 405);
    CHECK(c.receive().body.find("no such path") != std::string::npos);
    CHECK(c.receive().body.find("unknown") != std::string::npos);
}

TEST_CASE("connection: a client that asks for close gets its answer and the end", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("127.0.0.1:0")};
    client c{{host.device_address(), {}, {}, {}}};
    const auto answer =
        c.exchange("GET " + std::string{status_path} + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(answer.status == 404);
    CHECK(!answer.keep_alive);
    CHECK(c.is_closed());
}

TEST_CASE("connection: what is too large or no HTTP is refused with a reason and closed", "[integration]") {
    const temp_folder folder;
    running_host host{
        folder, plain_configuration("127.0.0.1:0", "  limits: {header-bytes: 4KiB, body-bytes: 8KiB}\n")};
    const std::vector<std::pair<std::string, unsigned>> bad{
        {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(8 * 1024, 'x') + "\r\n\r\n", 431},
        {"PUT /namespaces/a/devices/b/heartbeat HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" +
             std::string(9000, ' '),
         413},
        {"NONSENSE\r\n\r\n", 400},
    };
    for (const auto& [bytes, status] : bad) {
        INFO(bytes.substr(0, 40));
        client c{{host.device_address(), {}, {}, {}}};
        const auto answer = c.exchange(bytes);
        CHECK(answer.status == status);
        CHECK(answer.body.find("message") != std::string::npos);
        CHECK(!answer.keep_alive);
        CHECK(c.is_closed());
    }
}

TEST_CASE("connection: Expect: 100-continue is answered before the body is sent", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("127.0.0.1:0")};
    client c{{host.device_address(), {}, {}, {}}};
    const auto go_ahead = c.exchange("PUT /namespaces/a/devices/b/heartbeat HTTP/1.1\r\nHost: x\r\n"
                                     "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    CHECK(go_ahead.status == 100);
    CHECK(c.exchange("{}").status == 404);
}

TEST_CASE("connection: a Unix socket serves plain HTTP, and its leftover file is no obstacle",
          "[integration]") {
    const temp_folder folder;
    const auto socket = folder.path() / "device.sock";
    const auto text = plain_configuration("unix:" + socket.string());
    for (int run = 0; run < 2; ++run) {
        running_host host{folder, text};
        CHECK(host.device_address() == "unix:" + socket.string());
        const auto mode = std::filesystem::status(socket).permissions();
        CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
        client c{{host.device_address(), {}, {}, {}}};
        CHECK(c.request("GET", status_path).status == 404);
        // Killed by the destructor: the socket file stays behind.
    }
}

TEST_CASE("connection: an IPv6 address is served", "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("\"[::1]:0\"")};
    client c{{host.device_address(), {}, {}, {}}};
    CHECK(c.request("GET", status_path).status == 404);
}

TEST_CASE(
    "connection: past the limit of connections a newcomer is turned away, and served once there is room",
    "[integration]") {
    const temp_folder folder;
    running_host host{folder, plain_configuration("127.0.0.1:0", "  limits: {connections: 2}\n")};
    const target to{host.device_address(), {}, {}, {}};
    auto first = std::make_unique<client>(to);
    client second{to};
    CHECK(first->request("GET", status_path).status == 404);
    CHECK(second.request("GET", status_path).status == 404);
    client third{to};
    CHECK(third.is_closed());
    first.reset();
    // The host sees the end of the first connection in its own time.
    unsigned status = 0;
    for (const auto until = std::chrono::steady_clock::now() + patience;
         status == 0 && std::chrono::steady_clock::now() < until;) {
        try {
            status = client{to}.request("GET", status_path).status;
        } catch (const std::runtime_error&) {
        }
    }
    CHECK(status == 404);
}
