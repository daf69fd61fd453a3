// Devices that a directory has already, under a schema of its own.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/device_key.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* mapping =
    "mapping: {base: 'ou=machines,dc=example,dc=com', filter: '(objectClass=device)', id: serialNumber, "
    "namespace: plant-1, labels: [l=site, ou], "
    "approval: {attribute: description, approved: [active], declined: [stolen], removed: [scrapped]}}";

struct machines {
    machines() {
        const auto added =
            directory.try_add("dn: " + base() + "\nobjectClass: organizationalUnit\n", directory.root());
        REQUIRE(added.exit_code == 0);
    }
    static std::string base() { return "ou=machines,dc=example,dc=com"; }
    static std::string dn(const std::string& id) { return "cn=machine " + id + "," + base(); }
    void add(const std::string& id, const std::string& state) const {
        const auto added = directory.try_add("dn: " + dn(id) + "\nobjectClass: device\ncn: machine " + id +
                                                 "\nserialNumber: " + id + "\nl: north\nou: hall-3\n" +
                                                 "description: " + state + "\n",
                                             directory.root());
        REQUIRE(added.exit_code == 0);
    }
    void set(const std::string& id, const std::string& attribute, const std::string& value) const {
        const auto done =
            directory.try_modify("dn: " + dn(id) + "\nchangetype: modify\nreplace: " + attribute + "\n" +
                                     attribute + ": " + value + "\n",
                                 directory.root());
        REQUIRE(done.exit_code == 0);
    }
    void remove(const std::string& id) const {
        REQUIRE(directory.try_remove(dn(id), directory.root()).exit_code == 0);
    }

    slapd directory{{.fast = true}};
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("mapping: devices live and go as the directory's own entries say", "[ldap]") {
    const std::string by = GENERATE("sync", "poll");
    CAPTURE(by);
    machines all;
    for (const auto* id : {"m-1", "m-2", "m-3", "m-4"}) all.add(id, "active");
    add_object(all.directory, "EdgeWorkload", "web", "edgeSpec",
               workload_spec("site=north", "example/web:1"));
    ldap_host host{all.directory, {.follow = by, .options = {mapping}}};
    host.start();
    auto talk = host.connect();

    // It is in without a word of ours, and what hosts remember of it is an entry of ours.
    CHECK_THAT(talk.get_registration("m-1").body, Contains("plant-1"));
    CHECK(has_workload(talk, "m-1", "web"));
    const device_key key;
    REQUIRE(talk.put_registration("plant-1", "m-1", key.certificate_request("m-1")).status == 200);
    CHECK(values_of(all.directory, device_dn(all.directory, "m-1"), "edgeDeviceId") == "m-1");

    // One that is new, waits, and is let in.
    all.add("m-5", "ordered");
    CHECK(eventually([&] { return talk.enrol("plant-1", "m-5").status == 201; }));
    CHECK(talk.get_registration("m-5").status == 404);
    all.set("m-5", "description", "active");
    CHECK(eventually([&] { return talk.get_registration("m-5").status == 200; }));
    CHECK(has_workload(talk, "m-5", "web"));

    // Labels; states; and back.
    all.set("m-1", "l", "south");
    CHECK(eventually([&] { return !has_workload(talk, "m-1", "web"); }));
    all.set("m-1", "l", "north");
    CHECK(eventually([&] { return has_workload(talk, "m-1", "web"); }));
    all.set("m-5", "description", "stolen");
    CHECK(eventually([&] { return talk.get_registration("m-5").status == 404; }));
    CHECK(talk.enrol("plant-1", "m-5").status == 403);
    all.set("m-5", "description", "scrapped");
    CHECK(eventually([&] { return contains(talk.get_registration("m-5").body, "unregistered"); }));
    all.set("m-5", "description", "active");
    CHECK(eventually([&] { return contains(talk.get_registration("m-5").body, "\"registered\""); }));

    // A mistake.
    all.set("m-2", "l", "no label");
    CHECK(eventually([&] { return contains(host.health(), machines::dn("m-2")); }));
    CHECK(has_workload(talk, "m-2", "web"));
    all.set("m-2", "l", "north");
    CHECK(eventually([&] { return host.health() == "ok\n"; }));

    // One that goes is forgotten; many are missed.
    all.remove("m-4");
    CHECK(eventually([&] { return talk.get_registration("m-4").status == 404; }));
    CHECK(host.health() == "ok\n");
    REQUIRE(all.directory.try_remove(machines::base(), all.directory.root()).exit_code == 0);
    CHECK(eventually([&] { return contains(host.health(), "devices have gone"); }));
    for (const auto* id : {"m-1", "m-2", "m-3", "m-5"}) {
        CHECK_THAT(talk.get_registration(id).body, Contains("\"registered\""));
        CHECK(has_workload(talk, id, "web"));
    }
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("mapping: a restart finds what hosts remember of each", "[ldap]") {
    machines all;
    for (const auto* id : {"m-1", "m-2"}) all.add(id, "active");
    ldap_host host{all.directory, {.options = {mapping}}};
    host.start();
    const device_key key;
    {
        auto talk = host.connect();
        REQUIRE(talk.put_registration("plant-1", "m-1", key.certificate_request("m-1")).status == 200);
        REQUIRE(talk.get_configuration("plant-1", "m-1").status == 200);
        REQUIRE(eventually([&] {
            return contains(values_of(all.directory, device_dn(all.directory, "m-1"), "edgeMembership"),
                            "confirmed");
        }));
    }
    CHECK(host.stop().exit_code == 0);
    host.start();
    auto talk = host.connect();
    CHECK(talk.put_registration("plant-1", "m-1", device_key{}.certificate_request("m-1")).status == 403);
    CHECK(talk.put_registration("plant-1", "m-1", key.certificate_request("m-1")).status == 200);
    CHECK(talk.get_configuration("plant-1", "m-2").status == 200);
    CHECK(host.stop().exit_code == 0);
}

TEST_CASE("mapping: R7a what a device's own entry says lets it in only if it was said without the inventory",
          "[ldap]") {
    const std::string by = GENERATE("sync", "poll");
    CAPTURE(by);
    machines all;
    for (const auto* id : {"m-1", "m-2", "m-3"}) all.add(id, "active");
    add_device(all.directory, "m-1"); // it was let in before the inventory had it
    add_device(all.directory, "box"); // which the inventory never has
    ldap_host host{all.directory, {.follow = by, .options = {mapping}}};
    const auto own_word = [&](const char* id) {
        return values_of(all.directory, device_dn(all.directory, id), "edgeApproval");
    };
    const auto is_out = [&](const char* id) {
        return eventually([&] { return host.connect().get_registration(id).status == 404; });
    };
    host.start();
    CHECK(host.connect().put_registration("plant-1", "m-2", device_key{}.certificate_request("m-2")).status ==
          200);
    CHECK(own_word("m-2") == "pending");
    approve(all.directory, "m-2");
    for (const auto* id : {"m-1", "m-2"}) {
        CHECK(eventually([&] { return own_word(id) == "pending"; }));
        CHECK(host.connect().get_registration(id).status == 200);
    }
    CHECK(own_word("box") == "approved");
    CHECK(host.health() == "ok\n");

    all.remove("m-1");
    CHECK(is_out("m-1"));
    CHECK(host.stop().exit_code == 0);
    all.remove("m-2");
    host.start();
    for (const auto* id : {"m-1", "m-2"}) {
        CHECK(is_out(id));
        CHECK(host.connect().enrol("plant-1", id).status == 201);
        CHECK(host.connect().get_configuration("plant-1", id).status == 404);
    }
    CHECK(host.connect().get_registration("box").status == 200);

    // On purpose.
    approve(all.directory, "m-1");
    CHECK(eventually([&] { return host.connect().get_registration("m-1").status == 200; }));
    CHECK(host.stop().exit_code == 0);
    host.start();
    CHECK(host.connect().get_registration("m-1").status == 200);
    CHECK(is_out("m-2"));
    CHECK(own_word("m-1") == "approved");
    CHECK(host.stop().exit_code == 0);
}
