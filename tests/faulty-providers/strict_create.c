/* Its create refuses what its validate accepts. */
#include "table.h"

static ecp_status ECP_CALL accept(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host, (void)cfg, (void)diag, (void)arg;
    return ECP_OK;
}

static ecp_status ECP_CALL strict(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                  void *arg, void **self) {
    const ecp_str place = text("/no-such-option");
    const ecp_str why = text("nobody knows it");
    if (strstr(cfg->ptr, "no-such-option") == NULL) return make(host, ctx, cfg, diag, arg, self);
    diag(arg, ECP_LOG_ERROR, &place, &why);
    return ECP_INVALID;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = accept, .create = strict)
