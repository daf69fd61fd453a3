// A fleet that moves between a file provider's host and an LDAP provider's, as a bundle.
#include "durability/durable_host.hpp"
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

TEST_CASE("moving: a fleet goes from a file to a directory and back, and devices notice nothing", "[ldap]") {
    durable_host files{{.options = {"approval: automatic", "allowed-namespaces: [plant-1]"}}};
    files.folder().write("fleet/web.yaml",
                         "apiVersion: management.project-flotta.io/v1alpha1\nkind: EdgeWorkload\n"
                         "metadata: {name: web, namespace: plant-1}\nspec:\n  type: pod\n"
                         "  deviceSelector: {}\n  pod: {spec: {containers: [{name: a, image: "
                         "example/a:1, envFrom: [{secretRef: {name: token}}]}]}}\n---\n"
                         "apiVersion: v1\nkind: Secret\nmetadata: {name: token, namespace: "
                         "plant-1}\nstringData: {token: hidden-1}\n");
    files.start();
    const device_key key;
    std::vector<std::string> configurations;
    constexpr int fleet_size = 10;
    const auto pump = [](int number) { return "pump-" + std::to_string(number); };
    {
        auto talk = files.connect();
        for (int i = 0; i < fleet_size; ++i) {
            REQUIRE(talk.enrol("plant-1", pump(i), R"({"hostname":"h"})").status == 201);
            REQUIRE(talk.put_registration("plant-1", pump(i), key.certificate_request(pump(i)),
                                          R"({"hostname":"h"})")
                        .status == 200);
            REQUIRE(eventually([&] { return talk.get_configuration("plant-1", pump(i)).status == 200; }));
            configurations.push_back(talk.get_configuration("plant-1", pump(i)).body);
        }
    }
    const auto bundle = files.folder().path() / "bundle.jsonl";
    REQUIRE(files.edgeconf({"export", "-o", bundle}).exit_code == 0);
    CHECK(files.stop().exit_code == 0);

    slapd directory{{.fast = true}};
    ldap_host host{directory};
    host.start();
    const auto imported = host.edgeconf({"import", bundle});
    INFO(imported.output << imported.errors);
    REQUIRE(imported.exit_code == 0);
    const auto check = [&](auto& talk) {
        for (int i = 0; i < fleet_size; ++i) {
            CAPTURE(pump(i));
            CHECK(eventually([&] {
                return talk.get_configuration("plant-1", pump(i)).body ==
                       configurations[static_cast<std::size_t>(i)];
            }));
            CHECK(talk.get_registration(pump(i)).status == 200);
            CHECK(
                talk.put_registration("plant-1", pump(i), device_key{}.certificate_request(pump(i))).status ==
                403);
        }
    };
    {
        auto talk = host.connect();
        check(talk);
    }
    CHECK(host.stop().exit_code == 0);
    host.start();
    {
        auto talk = host.connect();
        check(talk);
    }
    const auto back = host.folder().path() / "back.jsonl";
    const auto exported = host.edgeconf({"export", "-o", back});
    CHECK(exported.exit_code == 0);
    CHECK_THAT(read_file(back), Contains("\"devices\":10"));
    CHECK(host.stop().exit_code == 0);

    durable_host other{{.options = {}}};
    other.start();
    const auto again = other.edgeconf({"import", back});
    INFO(again.output << again.errors);
    REQUIRE(again.exit_code == 0);
    auto talk = other.connect();
    check(talk);
    CHECK(other.stop().exit_code == 0);
}
