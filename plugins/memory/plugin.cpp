// The memory provider: a fleet from manifests, with everything that devices add kept in memory alone.
#include "fleet/provider.hpp"

#include <ecp/provider.hpp>

namespace {

constexpr char options_schema[] = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "title": "Options of the memory provider",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "manifests": {
      "type": "string",
      "format": "path",
      "minLength": 1,
      "description": "A file or a directory of Flotta manifests, read at start. Without it the fleet starts empty."
    },
    "approval": {
      "type": "string",
      "enum": ["manual", "automatic"],
      "default": "manual",
      "description": "Who lets an enrolling device in: a manifest (manual), or the enrolment itself (automatic)."
    }
  }
})json";

constexpr ecp::description about{
    .id = "io.edgeconf.memory",
    .version = EDGECONF_VERSION,
    .vendor = "edgeconf",
    .config_schema = options_schema,
    .dispatch = ECP_DISPATCH_NONBLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
};

} // namespace

ECP_EXPORT const ecp_provider* ECP_CALL ecp_provider_entry_v1(const ecp_host*) {
    static constexpr auto table = ecp::table<edgeconf::fleet::provider>(about);
    return &table;
}
