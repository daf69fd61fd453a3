// The memory provider: a fleet from manifests, with everything that devices add kept in memory alone.
#include "fleet/options_schema.hpp"
#include "fleet/provider.hpp"

#include <ecp/provider.hpp>

namespace {

constexpr ecp::description about{
    .id = "io.edgeconf.memory",
    .version = EDGECONF_VERSION,
    .vendor = "edgeconf",
    .config_schema = edgeconf::fleet::options_schema,
    .dispatch = ECP_DISPATCH_NONBLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
};

} // namespace

ECP_EXPORT const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<edgeconf::fleet::provider>(about);
    return &table;
}
