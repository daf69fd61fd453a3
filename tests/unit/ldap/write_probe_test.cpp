#include "ldap/write_probe.hpp"

#include "ldap/device_form.hpp"
#include "ldap/host_connection.hpp"
#include "ldap/overlays.hpp"
#include "ldap/slapd.hpp"
#include "support/catch.hpp"

using namespace edgeconf::ldap;
using edgeconf::test::slapd;

TEST_CASE("write probe: a server takes writes if it takes one of others, or there is none",
          "[ldap][writer]") {
    const slapd directory{{.fast = true, .configuration = edgeconf::test::failing_entries()}};
    session over{edgeconf::test::host_connection(directory)};
    const auto dn = [&](const std::string& id) { return edgeconf::test::device_dn(directory, id); };
    for (const auto* id : {"failing", "never-written"})
        directory.add("dn: " + dn(id) + "\nobjectClass: edgeDevice\n");
    edgeconf::test::let_fail(directory, dn("failing"), "modify");

    CHECK(takes_writes(over, {}));
    CHECK(takes_writes(over, {dn("never-written"), dn("failing")}));
    CHECK(takes_writes(over, {dn("failing"), dn("never-written")})); // one's own trouble is not all's
    CHECK_FALSE(takes_writes(over, {dn("missing"), dn("failing")}));
    CHECK(takes_writes(over, {dn("missing"), dn("never-written")}));
    CHECK(takes_writes(over, {dn("missing")})); // which says nothing
    CHECK(over.read(dn("never-written"), device_attribute_names()).value().value("edgeHeard").empty());
}
