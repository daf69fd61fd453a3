// Who gets in: the Edge API and nobody else.
#include "support/catch.hpp"
#include "support/running_host.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

using namespace edgeconf::test;

namespace {

constexpr std::string_view status_path =
    "/api/flotta-backend/v1/namespaces/default/devices/camera-1/registration";

struct served {
    secured_folder secured;
    running_host host{secured.folder(), secured.configuration("  library: memory\n")};

    target with(const identity& self) {
        auto to = secured.as_edge_api(host.device_address());
        to.self = self;
        return to;
    }
};

// TLS 1.3 lets the client finish its side first: the refusal arrives with the first read.
void check_handshake_fails(const target& to) {
    const auto talk = [&] {
        client stranger{to};
        stranger.request("GET", status_path);
    };
    CHECK_THROWS_AS(talk(), std::runtime_error);
}

} // namespace

TEST_CASE("identity: the Edge API's certificate gets in, over TLS 1.3", "[integration]") {
    served s;
    client edge_api{s.secured.as_edge_api(s.host.device_address())};
    CHECK(edge_api.tls_version() == "TLSv1.3");
    CHECK(edge_api.request("GET", status_path).status == 404);
}

TEST_CASE("identity: no, foreign, expired, future and server-only certificates fail the handshake",
          "[integration]") {
    served s;
    auto bare = s.secured.as_edge_api(s.host.device_address());
    bare.self.reset();
    check_handshake_fails(bare);

    const subject edge_api{.common_name = "*", .dns = {"project-flotta.io"}};
    authority foreign{s.secured.folder().path() / "foreign", "flotta-ca"};
    check_handshake_fails(s.with(foreign.issue("edge-api", edge_api)));

    auto expired = edge_api;
    expired.valid_from_hours = -48;
    expired.valid_to_hours = -24;
    check_handshake_fails(s.with(s.secured.ca().issue("expired", expired)));
    auto future = edge_api;
    future.valid_from_hours = 24;
    future.valid_to_hours = 48;
    check_handshake_fails(s.with(s.secured.ca().issue("future", future)));
    auto server_only = edge_api;
    server_only.for_clients = false;
    check_handshake_fails(s.with(s.secured.ca().issue("server-only", server_only)));
}

TEST_CASE("identity: certificates of the CA without an admitted DNS name get 403 and a message",
          "[integration]") {
    served s;
    const std::vector<subject> others{
        {.common_name = "camera-1", .unit = "plant-1"}, // a device
        {.common_name = "register"},                    // the shared registration certificate
        {.common_name = "*"},                           // a device that calls itself so
        {.common_name = "project-flotta.io"},           // or so
        {.common_name = "x", .dns = {"*.io"}},          // a wildcard proves nothing
        {.common_name = "x", .dns = {"*"}},
        {.common_name = "x", .dns = {"evil.project-flotta.io"}}, // neither does a name below
        {.common_name = "x", .dns = {"project-flotta.io.evil"}},
    };
    int number = 0;
    for (const auto& other : others) {
        INFO(other.common_name << " " << (other.dns.empty() ? "" : other.dns.front()));
        client device{s.with(s.secured.ca().issue("other-" + std::to_string(number++), other))};
        const auto answer = device.request("GET", status_path);
        CHECK(answer.status == 403);
        CHECK(!boost::json::parse(answer.body).at("message").as_string().empty());
    }
}

TEST_CASE("identity: the admitted name is found among others and without regard to case", "[integration]") {
    served s;
    const auto self =
        s.secured.ca().issue("among", {.common_name = "*", .dns = {"other.example", "Project-Flotta.IO"}});
    client edge_api{s.with(self)};
    CHECK(edge_api.request("GET", status_path).status == 404);
}

TEST_CASE("identity: a client that offers h2 and speaks HTTP/1.1 is served", "[integration]") {
    served s;
    for (const auto& [offered, settled] : std::vector<std::pair<std::string, std::string>>{
             {"h2,http/1.1", "http/1.1"}, {"h2", ""}, {"", ""}, {"http/1.1", "http/1.1"}}) {
        INFO("offered " << offered);
        auto to = s.secured.as_edge_api(s.host.device_address());
        to.alpn = offered;
        client edge_api{to};
        CHECK(edge_api.alpn() == settled);
        CHECK(edge_api.request("GET", status_path).status == 404);
    }
}

TEST_CASE("identity: plain HTTP is not understood where TLS is spoken", "[integration]") {
    served s;
    const auto talk = [&] {
        client plain{target{s.host.device_address(), {}, {}, {}}};
        plain.request("GET", status_path);
    };
    CHECK_THROWS_AS(talk(), std::runtime_error);
    client edge_api{s.secured.as_edge_api(s.host.device_address())};
    CHECK(edge_api.request("GET", status_path).status == 404);
}
