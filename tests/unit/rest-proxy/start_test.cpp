// What the provider has told by the time its start is answered.
#include "rest-proxy/provider.hpp"

#include "abi/fake_host.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fmt/format.h>

using namespace edgeconf;

// Again and again, since engines may have looked for their upstreams before start() goes on.
TEST_CASE("start: whoever is told that the provider has started knows already that its upstream is away") {
    const test::temp_folder folder;
    const auto options = fmt::format(R"({{"upstreams": [{{"url": "unix:{}"}}], "threads": 4}})",
                                     (folder.path() / "nobody.sock").string());
    for (ecp_op op = 1; op <= 400; op += 2) {
        fake_host::reset();
        ecp::diagnostics found{nullptr, nullptr};
        rest_proxy::provider one{{&fake_host::table, 1}, options, found};
        REQUIRE_FALSE(found.failed());
        one.start(op);
        CHECK(fake_host::wait_for(op).front().status == ECP_OK);
        {
            const std::lock_guard lock{fake_host::record().mutex};
            REQUIRE(fake_host::record().health.size() == 1);
            CHECK(fake_host::record().health.front().first == ECP_HEALTH_DOWN);
        }
        one.stop(op + 1);
        fake_host::wait_for(op + 1);
    }
}
