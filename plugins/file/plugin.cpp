#include "file/file_options.hpp"
#include "file/file_provider.hpp"

#include <ecp/provider.hpp>

namespace {

// Two instances would be two writers of one database: new options are taken while it runs.
constexpr ecp::description about{
    .id = "io.edgeconf.file",
    .version = EDGECONF_VERSION,
    .vendor = "edgeconf",
    .config_schema = edgeconf::file::options_schema,
    .dispatch = ECP_DISPATCH_NONBLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
    .flags = ECP_PROVIDER_EXCLUSIVE,
};

} // namespace

ECP_EXPORT const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<edgeconf::file::file_provider>(about);
    return &table;
}
