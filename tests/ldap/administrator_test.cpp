// A fleet as an administrator runs it with a directory's own tools.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("administrator: a device's whole life, as ldapmodify makes it", "[ldap]") {
    const std::string by = GENERATE("sync", "poll");
    CAPTURE(by);
    slapd directory{{.syncprov = by == "sync", .fast = true}};
    ldap_host host{directory, {.follow = by}};
    host.start();
    auto talk = host.connect();
    const auto dn = device_dn(directory, "pump-7");
    const auto configuration = [&] { return talk.get_configuration("plant-1", "pump-7").body; };
    const auto registration_is = [&](unsigned status) {
        return eventually([&] { return talk.get_registration("pump-7").status == status; });
    };

    // It waits until somebody lets it in.
    CHECK(talk.get_registration("pump-7").status == 404);
    REQUIRE(talk.enrol("plant-1", "pump-7", R"({"hostname":"pump"})").status == 201);
    CHECK(talk.enrol("plant-1", "pump-7", R"({"hostname":"pump"})").status == 201);
    CHECK(values_of(directory, dn, "edgeApproval") == "pending");
    CHECK(values_of(directory, dn, "edgeNamespace") == "plant-1");
    CHECK(talk.get_registration("pump-7").status == 404);
    CHECK(talk.get_configuration("plant-1", "pump-7").status == 404);
    approve(directory, "pump-7");
    REQUIRE(registration_is(200));
    CHECK_THAT(talk.get_registration("pump-7").body, Contains("plant-1"));
    CHECK(talk.enrol("plant-1", "pump-7").status == 200);
    const device_key key;
    REQUIRE(talk.put_registration("plant-1", "pump-7", key.certificate_request("pump-7")).status == 200);
    REQUIRE(talk.get_configuration("plant-1", "pump-7").status == 200);

    // A workload, by a label; what it refers to; and all of it changed.
    add_object(directory, "ConfigMap", "settings", "edgeData", "data: {colour: red}");
    add_object(directory, "Secret", "token", "edgeSecretData", "stringData: {token: hidden-1}");
    const auto spec = workload_spec("site=north", "registry.example/web:1") +
                      "        envFrom:\n          - configMapRef: {name: settings}\n"
                      "          - secretRef: {name: token}\n";
    add_object(directory, "EdgeWorkload", "web", "edgeSpec", spec);
    CHECK_FALSE(has_workload(talk, "pump-7", "web"));
    set_attribute(directory, dn, "edgeLabel", "site=north");
    REQUIRE(eventually([&] { return has_workload(talk, "pump-7", "web"); }));
    CHECK(contains(configuration(), "colour: red"));
    CHECK(contains(configuration(), "aGlkZGVuLTE="));
    set_attribute(directory, object_dn(directory, "ConfigMap", "settings"), "edgeData",
                  R"({"data": {"colour": "blue"}})");
    CHECK(eventually([&] { return contains(configuration(), "colour: blue"); }));
    set_attribute(directory, object_dn(directory, "Secret", "token"), "edgeSecretData",
                  "data: {token: aGlkZGVuLTI=}");
    CHECK(eventually([&] { return contains(configuration(), "aGlkZGVuLTI="); }));
    auto newer = spec;
    newer.replace(newer.find("web:1"), 5, "web:2");
    set_attribute(directory, object_dn(directory, "EdgeWorkload", "web"), "edgeSpec", newer);
    CHECK(eventually([&] { return contains(configuration(), "registry.example/web:2"); }));
    set_attribute(directory, dn, "edgeSpec", "heartbeat: {periodSeconds: 17}");
    CHECK(eventually([&] { return contains(configuration(), "\"period_seconds\":17"); }));

    // Where it is kept does not matter.
    const auto before = configuration();
    directory.add("dn: ou=north," + directory.base() + "\nobjectClass: organizationalUnit\n");
    directory.modify("dn: " + dn + "\nchangetype: modrdn\nnewrdn: edgeDeviceId=pump-7\ndeleteoldrdn: 0\n" +
                     "newsuperior: ou=north," + directory.base() + "\n");
    const auto moved = "edgeDeviceId=pump-7,ou=north," + directory.base();
    set_attribute(directory, moved, "edgeLabel", "site=south");
    REQUIRE(eventually([&] { return !has_workload(talk, "pump-7", "web"); }));
    set_attribute(directory, moved, "edgeLabel", "site=north");
    REQUIRE(eventually([&] { return configuration() == before; }));
    REQUIRE(talk.put_heartbeat("plant-1", "pump-7", R"({"status":"up"})").status == 200);
    CHECK(talk.put_registration("plant-1", "pump-7", key.certificate_request("pump-7")).status == 200);
    CHECK(values_of(directory, dn, "edgeDeviceId").empty());
    CHECK(host.health() == "ok\n");

    // Declined, and let in again: with a key that is new.
    set_attribute(directory, moved, "edgeApproval", "declined");
    REQUIRE(registration_is(404));
    CHECK(talk.enrol("plant-1", "pump-7").status == 403);
    CHECK(talk.put_registration("plant-1", "pump-7", key.certificate_request("pump-7")).status == 403);
    CHECK(talk.get_configuration("plant-1", "pump-7").status != 200);
    set_attribute(directory, moved, "edgeApproval", "approved");
    REQUIRE(registration_is(200));
    CHECK(talk.put_registration("plant-1", "pump-7", device_key{}.certificate_request("pump-7")).status ==
          200);

    // Removed: it wipes itself. Back it comes only if somebody says so.
    set_attribute(directory, moved, "edgeApproval", "removed");
    REQUIRE(eventually([&] { return contains(talk.get_registration("pump-7").body, "unregistered"); }));
    CHECK(talk.get_registration("pump-7").status == 200);
    CHECK(talk.get_configuration("plant-1", "pump-7").status != 200);
    CHECK(talk.enrol("plant-1", "pump-7").status == 201);
    CHECK(values_of(directory, moved, "edgeApproval") != "approved");
    set_attribute(directory, moved, "edgeApproval", "approved");
    REQUIRE(eventually([&] { return contains(talk.get_registration("pump-7").body, "\"registered\""); }));

    // Forgotten: it is not told to wipe itself.
    directory.remove(moved);
    REQUIRE(registration_is(404));
    CHECK(talk.get_configuration("plant-1", "pump-7").status == 404);
    CHECK(host.health() == "ok\n");
    CHECK_FALSE(contains(host.log(), "hidden"));
    CHECK(host.stop().exit_code == 0);
}
