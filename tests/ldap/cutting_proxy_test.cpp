#include "ldap/cutting_proxy.hpp"

#include "ldap/slapd.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

using namespace edgeconf::test;
using Catch::Contains;

namespace {

std::vector<std::string> search(const std::string& url, const slapd& directory) {
    const auto ada = directory.administrator();
    return {"ldapsearch", "-x", "-LLL", "-H", url, "-D", ada.dn, "-w", ada.password, "-b", directory.base()};
}

const std::map<std::string, std::string> environment{{"LD_PRELOAD", ""}, {"LDAPNOINIT", "1"}};

bool cannot_reach(const finished& asking) {
    return asking.exit_code != 0 && asking.errors.find("Can't contact LDAP server") != std::string::npos;
}

} // namespace

TEST_CASE("cutting proxy: passes on what is asked and answered", "[ldap]") {
    const slapd directory{{.fast = true}};
    const cutting_proxy proxy{directory.port()};
    const auto done = run(search(proxy.url(), directory), environment);
    CHECK(done.exit_code == 0);
    CHECK_THAT(done.output, Contains("ou: devices"));
    CHECK(proxy.accepted() == 1);
    CHECK(eventually([&] { return proxy.connections() == 0; }));
}

TEST_CASE("cutting proxy: what is held arrives when it is released", "[ldap]") {
    const slapd directory{{.fast = true}};
    cutting_proxy proxy{directory.port()};
    for (const auto which : {cutting_proxy::way::in, cutting_proxy::way::out, cutting_proxy::way::both}) {
        proxy.hold(which);
        process asking{search(proxy.url(), directory), environment};
        CHECK(eventually([&] { return proxy.connections() == 1; }));
        CHECK(asking.is_running());
        proxy.release();
        CHECK(asking.wait().exit_code == 0);
        CHECK(eventually([&] { return proxy.connections() == 0; }));
    }
}

TEST_CASE("cutting proxy: a cut ends what is open, and nothing after it", "[ldap]") {
    const slapd directory{{.fast = true}};
    cutting_proxy proxy{directory.port()};
    proxy.hold();
    process asking{search(proxy.url(), directory), environment};
    REQUIRE(eventually([&] { return proxy.connections() == 1; }));
    proxy.cut();
    CHECK(proxy.connections() == 0);
    CHECK(cannot_reach(asking.wait()));
    proxy.release();
    CHECK(run(search(proxy.url(), directory), environment).exit_code == 0);
}

TEST_CASE("cutting proxy: refuses until it admits, and says no where nobody listens", "[ldap]") {
    slapd directory{{.fast = true}};
    cutting_proxy proxy{directory.port()};
    proxy.refuse();
    CHECK(cannot_reach(run(search(proxy.url(), directory), environment)));
    proxy.admit();
    CHECK(run(search(proxy.url(), directory), environment).exit_code == 0);
    directory.stop();
    CHECK(cannot_reach(run(search(proxy.url(), directory), environment)));
    directory.start();
    CHECK(run(search(proxy.url(), directory), environment).exit_code == 0);
}
