#include "ldap/ldap_provider.hpp"
#include "ldap/options_schema.hpp"

#include <ecp/provider.hpp>

namespace {

// New options are taken while it runs: a second instance would read the whole directory anew.
constexpr ecp::description about{
    .id = "io.edgeconf.ldap",
    .version = EDGECONF_VERSION,
    .vendor = "edgeconf",
    .config_schema = edgeconf::ldap::options_schema,
    .dispatch = ECP_DISPATCH_NONBLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
    .flags = ECP_PROVIDER_EXCLUSIVE,
};

} // namespace

ECP_EXPORT const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<edgeconf::ldap::ldap_provider>(about);
    return &table;
}
