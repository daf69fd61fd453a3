// What of heartbeats is in the directory, as the options have it; and what is there after a restart.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* up = R"({"status":"up","version":"7","workloads":[{"name":"web","status":"Running"}]})";
constexpr const char* lost =
    R"({"status":"lost","version":"7","workloads":[{"name":"web","status":"Exited"}]})";

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A host with a device that is registered, and whose key is its own.
struct heartbeat_fleet {
    explicit heartbeat_fleet(std::vector<std::string> options)
        : host{directory, {.options = std::move(options)}} {
        add_device(directory, "pump-7");
        add_object(directory, "EdgeWorkload", "web", "edgeSpec",
                   workload_spec("site=north", "example/web:1"));
        host.start();
        auto talk = host.connect();
        REQUIRE(talk.put_registration("plant-1", "pump-7", key.certificate_request("pump-7")).status == 200);
        REQUIRE(eventually([&] {
            return has_workload(talk, "pump-7", "web") && contains(value("edgeMembership"), "confirmed");
        }));
    }
    std::string value(const std::string& attribute) const {
        return values_of(directory, device_dn(directory, "pump-7"), attribute);
    }
    unsigned say(const char* body) const {
        return host.connect().put_heartbeat("plant-1", "pump-7", body).status;
    }
    // Afterwards all of before has been written that ever is: another device's enrolment comes behind it.
    void settle() {
        auto talk = host.connect();
        REQUIRE(talk.enrol("plant-1", "later-" + std::to_string(++others)).status == 201);
    }

    slapd directory{{.fast = true}};
    device_key key;
    int others = 0;
    ldap_host host;
};

} // namespace

TEST_CASE("heartbeat: with ignore and memory nothing of it is written", "[ldap]") {
    heartbeat_fleet fleet{{std::string{"heartbeats: "} + GENERATE("ignore", "memory")}};
    const auto before = fleet.value("edgeRevision");
    CHECK(fleet.say(up) == 200);
    CHECK(fleet.say(lost) == 200);
    fleet.settle();
    CHECK(fleet.value("edgeRevision") == before);
    CHECK_FALSE(contains(fleet.value("edgeStatus"), "lost"));
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("heartbeat: with write what is new is written, at most once in the interval", "[ldap]") {
    heartbeat_fleet fleet{{"heartbeats: write", "heartbeat-interval: 2s"}};
    CHECK(fleet.say(up) == 200);
    CHECK(eventually([&] { return contains(fleet.value("edgeStatus"), "Running"); }));
    const auto before = fleet.value("edgeRevision");
    CHECK(fleet.say(up) == 200);
    fleet.settle();
    CHECK(fleet.value("edgeRevision") == before);
    CHECK(fleet.say(lost) == 200);
    CHECK(eventually([&] { return contains(fleet.value("edgeStatus"), "Exited"); }));
    CHECK(fleet.value("edgeRevision") != before);
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("heartbeat: with write the interval holds back what comes within it", "[ldap]") {
    heartbeat_fleet fleet{{"heartbeats: write", "heartbeat-interval: 1h"}};
    const auto before = fleet.value("edgeRevision");
    CHECK(fleet.say(lost) == 200); // it has just been written: its key
    fleet.settle();
    CHECK(fleet.value("edgeRevision") == before);
    CHECK_FALSE(contains(fleet.value("edgeStatus"), "lost"));
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("heartbeat: a restart finds approval, keys, labels of hardware and playbooks as they were",
          "[ldap]") {
    heartbeat_fleet fleet{{}};
    const auto& directory = fleet.directory;
    auto talk = fleet.host.connect();
    const auto hardware = R"({"hostname":"seven","cpu":{"architecture":"x86_64"}})";
    REQUIRE(talk.put_registration("plant-1", "pump-7", fleet.key.certificate_request("pump-7"), hardware)
                .status == 200);
    add_object(directory, "EdgeWorkload", "box", "edgeSpec",
               workload_spec("device.hostname=seven", "example/box:1"));
    REQUIRE(eventually([&] { return has_workload(talk, "pump-7", "box"); }));

    // A playbook that has run is not offered again.
    add_object(directory, "EdgeConfig", "baseline", "edgeSpec",
               "edgePlaybook: {playbooks: [{content: LS0tCi0gaG9zdHM6IGFsbAo=}]}");
    directory.modify("dn: " + device_dn(directory, "pump-7") +
                     "\nchangetype: modify\nadd: edgeLabel\nedgeLabel: config/device-by-config=baseline\n");
    const auto playbooks = [&](edge_api_client& of) { return of.get_playbooks("plant-1", "pump-7").body; };
    REQUIRE(eventually([&] { return contains(playbooks(talk), "pump-7-baseline"); }));
    REQUIRE(fleet.say(R"({"playbook-executions":)"
                      R"([{"name":"pump-7-baseline","status":"SuccessfullyCompleted"}]})") == 200);
    REQUIRE(eventually([&] { return contains(fleet.value("edgeStatus"), "SuccessfullyCompleted"); }));
    CHECK(eventually([&] { return playbooks(talk) == "[]"; })); // the directory knows first

    const auto configuration = talk.get_configuration("plant-1", "pump-7").body;
    REQUIRE(talk.enrol("plant-1", "waits").status == 201);
    const bool killed = GENERATE(false, true);
    CAPTURE(killed);
    if (killed) {
        fleet.host.kill();
    } else {
        CHECK(fleet.host.stop().exit_code == 0);
    }
    fleet.host.start();
    auto again = fleet.host.connect();
    CHECK(again.get_configuration("plant-1", "pump-7").body == configuration);
    CHECK(playbooks(again) == "[]");
    CHECK(again.get_registration("pump-7").status == 200);
    CHECK(again.get_registration("waits").status == 404);
    CHECK(again.put_registration("plant-1", "pump-7", device_key{}.certificate_request("pump-7")).status ==
          403);
    CHECK(again.put_registration("plant-1", "pump-7", fleet.key.certificate_request("pump-7")).status == 200);
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("heartbeat: a Secret's text is in no log, health or metric", "[ldap]") {
    heartbeat_fleet fleet{{}};
    const auto& directory = fleet.directory;
    add_object(directory, "Secret", "token", "edgeSecretData", "stringData: {token: hidden-1}");
    set_attribute(directory, object_dn(directory, "EdgeWorkload", "web"), "edgeSpec",
                  workload_spec("site=north", "example/web:1") +
                      "        envFrom:\n          - secretRef: {name: token}\n");
    auto talk = fleet.host.connect();
    REQUIRE(eventually(
        [&] { return contains(talk.get_configuration("plant-1", "pump-7").body, "aGlkZGVuLTE="); }));
    for (const auto* wrong : {"stringData: {token: [hidden-2]}", "data: {token: \"hidden-2!\"}",
                              "hidden-2: [", "stringData: {token: *hidden-2}"}) {
        CAPTURE(wrong);
        set_attribute(directory, object_dn(directory, "Secret", "token"), "edgeSecretData", wrong);
        CHECK(eventually(
            [&] { return contains(fleet.host.health(), object_dn(directory, "Secret", "token")); }));
        CHECK_FALSE(contains(fleet.host.health(), "hidden"));
        CHECK_FALSE(contains(fleet.host.page("/metrics"), "hidden"));
        set_attribute(directory, object_dn(directory, "Secret", "token"), "edgeSecretData",
                      "stringData: {token: hidden-1}");
        CHECK(eventually([&] { return fleet.host.health() == "ok\n"; }));
    }
    CHECK_FALSE(contains(fleet.host.log(), "hidden"));
    CHECK(fleet.host.stop().exit_code == 0);
}
