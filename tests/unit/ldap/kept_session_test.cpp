#include "ldap/kept_session.hpp"

#include "ldap/cutting_proxy.hpp"
#include "ldap/host_connection.hpp"
#include "ldap/slapd.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"

#include <ldap.h>

using namespace edgeconf::ldap;
using Catch::Contains;
using edgeconf::test::cutting_proxy;
using edgeconf::test::eventually;
using edgeconf::test::slapd;
using namespace std::chrono_literals;

namespace {

connection_settings to(const slapd& directory, const std::string& url) {
    auto made = edgeconf::test::host_connection(directory, {url});
    made.connect_timeout = made.operation_timeout = 10s;
    return made;
}

bool is_there(session& over, const slapd& directory) {
    return over.read(directory.base(), {"objectClass"}).has_value();
}

} // namespace

TEST_CASE("kept session: work that takes too long ends, however prompt each answer is", "[ldap][session]") {
    const slapd directory{{.fast = true}};
    kept_session kept{to(directory, directory.url()), 200ms};
    kept.open();
    int code = 0;
    try {
        kept.use([&](session& over) {
            for (int i = 0; i < 1'000'000; ++i) (void)is_there(over, directory);
        });
    } catch (const directory_problem& problem) {
        code = problem.code();
    }
    CHECK(code == LDAP_TIMEOUT);
    CHECK_FALSE(kept.problem().empty());
    CHECK(eventually([&] { return kept.recover(); }));
    bool works = false;
    kept.use([&](session&) { works = true; });
    CHECK(works);
}

TEST_CASE("kept session: work is done once more where the connection was cut, and then no more",
          "[ldap][session]") {
    const slapd directory{{.fast = true}};
    cutting_proxy network{directory.port()};
    kept_session kept{to(directory, network.url()), 1min};
    kept.open();
    int attempts = 0;
    bool done = false;
    const auto work = [&](session& over) {
        ++attempts;
        done = is_there(over, directory);
    };
    network.cut();
    CHECK(eventually([&] {
        try {
            kept.use(work);
            return true;
        } catch (const directory_problem&) {
            return false; // no new connection within a moment
        }
    }));
    CHECK(done);
    CHECK(attempts == 2);
    network.refuse();
    network.cut();
    CHECK_THROWS_AS(kept.use(work), directory_problem);
    CHECK(attempts == 3);
    CHECK_THAT(kept.problem(), Contains(network.url()));
    CHECK_FALSE(kept.recover());
    network.admit();
    CHECK(eventually([&] { return kept.recover(); }));
}
