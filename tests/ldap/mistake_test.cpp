// Mistakes of an administrator's: each leaves all as it was but for what is said of it.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <functional>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// Two devices that run `web`, and one entry after another that is wrong for a while.
class mistakes {
public:
    mistakes() {
        add_device(directory, "pump-1");
        add_device(directory, "pump-2");
        add_object(directory, "EdgeWorkload", "web", "edgeSpec",
                   workload_spec("site=north", "example/web:1"));
        host.start();
        REQUIRE(host.connect().get_registration("pump-1").status == 200);
    }

    // `make` has to be told of by these words, `mend` ends that.
    void check(const std::function<void()>& make, const std::string& dn, const std::string& words,
               const std::function<void()>& mend) {
        CAPTURE(dn, words);
        auto talk = host.connect();
        const auto before = talk.get_configuration("plant-1", "pump-1").body;
        REQUIRE_THAT(before, Contains("example/web:1"));
        make();
        CHECK(eventually([&] { return contains(host.health(), dn) && contains(host.health(), words); }));
        CHECK_THAT(host.health(), Contains("degraded"));
        CHECK(eventually([&] { return host.metric("store_entries_left_out") == 1; }));
        CHECK(talk.get_registration("pump-1").status == 200);
        CHECK(talk.get_configuration("plant-1", "pump-1").body == before);
        // Others go on.
        set_attribute(directory, device_dn(directory, "pump-2"), "edgeLabel", "site=south");
        CHECK(eventually([&] { return !has_workload(talk, "pump-2", "web"); }));
        set_attribute(directory, device_dn(directory, "pump-2"), "edgeLabel", "site=north");
        CHECK(eventually([&] { return has_workload(talk, "pump-2", "web"); }));
        mend();
        CHECK(eventually([&] { return host.health() == "ok\n"; }));
        CHECK(eventually([&] { return host.metric("store_entries_left_out") == 0; }));
        CHECK(talk.get_configuration("plant-1", "pump-1").body == before);
    }

    void check_device(const std::string& attribute, const std::string& wrong, const std::string& right) {
        const auto dn = device_dn(directory, "pump-1");
        check([&] { set_attribute(directory, dn, attribute, wrong); }, dn, attribute,
              [&] { set_attribute(directory, dn, attribute, right); });
    }

    // An entry too many.
    void check_added(const std::string& rdn, const std::string& attributes, const std::string& words) {
        const auto dn = rdn + ",ou=more," + directory.base();
        directory.add("dn: ou=more," + directory.base() + "\nobjectClass: organizationalUnit\n");
        check([&] { directory.add("dn: " + dn + "\n" + attributes); }, dn, words,
              [&] { directory.remove("ou=more," + directory.base()); });
    }

    slapd directory{{.fast = true}};
    ldap_host host{directory};
};

} // namespace

TEST_CASE("mistake: an entry that is wrong leaves all as it was, and is told of until it is mended",
          "[ldap]") {
    mistakes fleet;
    const auto& directory = fleet.directory;
    fleet.check_device("edgeSpec", "heartbeat: [", "");
    fleet.check_device("edgeSpec", "heartbeat: {periodSeconds: often}", "");
    fleet.check_device("edgeLabel", "north", "site=north");
    fleet.check_device("edgeApproval", "yes", "approved");
    fleet.check_device("edgeNamespace", "Plant 1", "plant-1");
    fleet.check_added("cn=thing", "objectClass: edgeObject\nedgeKind: EdgeThing\ncn: thing\n", "EdgeThing");
    fleet.check_added("cn=web",
                      "objectClass: edgeObject\nedgeKind: EdgeWorkload\ncn: web\nedgeNamespace: plant-1\n",
                      object_dn(directory, "EdgeWorkload", "web"));
    fleet.check_added(
        "edgeDeviceId=pump-1",
        "objectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: pump-1\nedgeNamespace: plant-2\n",
        device_dn(directory, "pump-1"));
    fleet.check_added(
        "edgeDeviceId=Pump-1",
        "objectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: Pump-1\nedgeNamespace: plant-2\n",
        "case");
    const auto web = object_dn(directory, "EdgeWorkload", "web");
    fleet.check(
        [&] {
            set_attribute(directory, web, "edgeSpec",
                          "deviceSelector: {}\npod: {spec: {containers: [{name: a}, {name: a}]}}");
        },
        web, "name",
        [&] { set_attribute(directory, web, "edgeSpec", workload_spec("site=north", "example/web:1")); });
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("mistake: a second entry takes the first one's place once that is gone", "[ldap]") {
    mistakes fleet;
    auto talk = fleet.host.connect();
    const auto& directory = fleet.directory;
    directory.add(
        "dn: ou=more," + directory.base() +
        "\nobjectClass: organizationalUnit\n\n"
        "dn: edgeDeviceId=pump-1,ou=more," +
        directory.base() +
        "\nobjectClass: edgeDevice\nedgeApproval: approved\nedgeDeviceId: pump-1\nedgeNamespace: plant-2\n");
    REQUIRE(eventually([&] { return contains(fleet.host.health(), "pump-1"); }));
    CHECK_THAT(talk.get_registration("pump-1").body, Contains("plant-1"));
    directory.remove(device_dn(directory, "pump-1"));
    CHECK(eventually([&] { return contains(talk.get_registration("pump-1").body, "plant-2"); }));
    CHECK(eventually([&] { return fleet.host.health() == "ok\n"; }));
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("mistake: a host starts without a device that is wrong, and not without an object that is",
          "[ldap]") {
    mistakes fleet;
    const auto& directory = fleet.directory;
    CHECK(fleet.host.stop().exit_code == 0);
    set_attribute(directory, device_dn(directory, "pump-1"), "edgeApproval", "yes");
    fleet.host.start();
    auto talk = fleet.host.connect();
    CHECK(talk.get_registration("pump-1").status == 404);
    CHECK(talk.get_configuration("plant-1", "pump-1").status == 404);
    CHECK(has_workload(talk, "pump-2", "web"));
    CHECK(eventually([&] { return contains(fleet.host.health(), device_dn(directory, "pump-1")); }));
    approve(directory, "pump-1");
    CHECK(eventually([&] { return has_workload(talk, "pump-1", "web"); }));
    CHECK(fleet.host.stop().exit_code == 0);

    const auto web = object_dn(directory, "EdgeWorkload", "web");
    set_attribute(directory, web, "edgeSpec", "pod: {}");
    const auto failed = fleet.host.fails_to_start();
    CHECK(failed.exit_code != 0);
    CHECK_THAT(failed.errors, Contains(web));
    set_attribute(directory, web, "edgeSpec", workload_spec("site=north", "example/web:1"));
    fleet.host.start();
    CHECK(fleet.host.stop().exit_code == 0);
}

TEST_CASE("mistake: an id that no name in the directory can hold is refused, and holds up nobody (R19)",
          "[ldap]") {
    slapd directory{{.fast = true}};
    ldap_host host{directory, {.options = {"approval: automatic"}}};
    host.start();
    auto talk = host.connect();
    const std::string fits(220, 'x');
    const std::string too_long(253, 'y');
    CHECK(talk.enrol("plant-1", fits).status == 201);
    CHECK(talk.enrol("plant-1", too_long).status == 503);
    CHECK(talk.get_registration(too_long).status == 404);
    CHECK(talk.enrol("plant-1", "pump-1").status == 201);
    CHECK(values_of(directory, device_dn(directory, fits), "edgeDeviceId") == fits);
    CHECK(host.health() == "ok\n");
    CHECK(host.stop().exit_code == 0);
}
