#include "rest-proxy/options_schema.hpp"
#include "rest-proxy/provider.hpp"

#include <ecp/provider.hpp>

namespace {

constexpr ecp::description about{
    .id = "io.edgeconf.rest-proxy",
    .version = EDGECONF_VERSION,
    .vendor = "edgeconf",
    .config_schema = edgeconf::rest_proxy::options_schema,
    .dispatch = ECP_DISPATCH_NONBLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
};

} // namespace

ECP_EXPORT const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<edgeconf::rest_proxy::provider>(about);
    return &table;
}
