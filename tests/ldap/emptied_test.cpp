// A directory that has lost entries by no decision of anybody's: no device is told anything that makes it
// remove what it runs (R7a), until an administrator says so or the entries are back.
#include "ldap/ldap_host.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <functional>

using namespace edgeconf::test;
using Catch::Matchers::Contains;

namespace {

constexpr int fleet_size = 4;

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string pump(int number) { return "pump-" + std::to_string(number); }

struct fleet {
    fleet() {
        for (int i = 0; i < fleet_size; ++i) add_device(directory, pump(i));
        add_object(directory, "EdgeWorkload", "web", "edgeSpec",
                   workload_spec("site=north", "example/web:1"));
        add_object(directory, "EdgeWorkload", "log", "edgeSpec",
                   workload_spec("site=north", "example/log:1"));
        host.start();
        REQUIRE(eventually([&] { return host.health() == "ok\n"; }));
        check_unharmed();
    }

    // What devices run stays.
    void check_unharmed() const {
        auto talk = host.connect();
        for (int i = 0; i < fleet_size; ++i) {
            CHECK_THAT(talk.get_registration(pump(i)).body, Contains("\"registered\""));
            CHECK(has_workload(talk, pump(i), "web"));
            CHECK(has_workload(talk, pump(i), "log"));
        }
    }
    bool says(const std::string& words) const {
        return eventually([&] { return contains(host.health(), words); });
    }
    bool is_well() const {
        return eventually([&] { return host.health() == "ok\n"; });
    }

    slapd directory{{.fast = true}};
    ldap_host host{directory, {.follow = GENERATE("sync", "poll")}};
};

} // namespace

TEST_CASE("emptied: entries that are deleted are missed, until an administrator accepts it", "[.][outage]") {
    fleet f;
    f.directory.remove("ou=devices," + f.directory.base());
    f.directory.remove("ou=objects," + f.directory.base());
    CHECK(f.says("4 devices have gone"));
    CHECK(f.says("2 of 2 EdgeWorkload"));
    f.check_unharmed();
    auto talk = f.host.connect();
    CHECK(f.host.edgeconf({"provider", "reload", "--accept-removals"}).exit_code == 0);
    for (int i = 0; i < fleet_size; ++i) {
        CHECK(eventually([&] { return talk.get_registration(pump(i)).status == 404; }));
        CHECK(talk.get_configuration("plant-1", pump(i)).status == 404);
    }
    CHECK(f.is_well());
    CHECK(f.host.stop().exit_code == 0);
}

TEST_CASE("emptied: a directory that comes back with its tree alone", "[.][outage]") {
    fleet f;
    const auto backup = f.directory.backup();
    f.directory.stop();
    f.directory.wipe();
    f.directory.start();
    f.directory.make_tree();
    CHECK(f.says("4 devices have gone"));
    CHECK(f.says("2 of 2 EdgeWorkload"));
    f.check_unharmed();

    SECTION("and gets its entries again, which are others to it") {
        add_object(f.directory, "EdgeWorkload", "web", "edgeSpec",
                   workload_spec("site=north", "example/web:1"));
        CHECK(f.says("1 of the objects that went before are gone"));
        f.check_unharmed();
        for (int i = 0; i < fleet_size; ++i) add_device(f.directory, pump(i));
        add_object(f.directory, "EdgeWorkload", "log", "edgeSpec",
                   workload_spec("site=north", "example/log:1"));
    }
    SECTION("and is restored from a backup") {
        f.directory.stop();
        f.directory.restore(backup);
        f.directory.start();
    }
    CHECK(f.is_well());
    auto talk = f.host.connect();
    for (int i = 0; i < fleet_size; ++i) {
        CHECK(eventually(
            [&] { return has_workload(talk, pump(i), "web") && has_workload(talk, pump(i), "log"); }));
        CHECK_THAT(talk.get_registration(pump(i)).body, Contains("\"registered\""));
    }
    set_attribute(f.directory, device_dn(f.directory, pump(0)), "edgeLabel", "site=south");
    CHECK(eventually([&] { return !has_workload(talk, pump(0), "web"); }));
    CHECK(f.host.stop().exit_code == 0);
}

TEST_CASE("emptied: a directory that comes back with nothing at all", "[.][outage]") {
    fleet f;
    const auto backup = f.directory.backup();
    f.directory.stop();
    f.directory.wipe();
    f.directory.start();
    CHECK(f.says("what others change is not seen"));
    f.check_unharmed();
    f.directory.stop();
    f.directory.restore(backup);
    f.directory.start();
    CHECK(f.is_well());
    f.check_unharmed();
    CHECK(f.host.stop().exit_code == 0);
}
