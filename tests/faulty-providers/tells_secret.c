/* Logs its options, with the password among them. */
#include "table.h"

static ecp_status ECP_CALL telling(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                   void *arg, void **self) {
    if (cfg->len < 1024) host->log(ctx, ECP_LOG_DEBUG, 0, cfg, NULL, 0);
    return make(host, ctx, cfg, diag, arg, self);
}

FAULTY_PROVIDER(SERVING_TABLE, .create = telling,
                .config_schema =
                    "{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {"
                    "\"user\": {\"type\": \"string\"}, \"password\": {\"type\": \"string\"}}}")
