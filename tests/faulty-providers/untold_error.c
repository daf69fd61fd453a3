/* Refuses an option that it does not know, and does not say so. */
#include "table.h"

static ecp_status ECP_CALL judge(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host, (void)diag, (void)arg;
    return strstr(cfg->ptr, "no-such-option") == NULL ? ECP_OK : ECP_INVALID;
}

static ecp_status ECP_CALL judge_and_make(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                          ecp_diag_fn diag, void *arg, void **self) {
    const ecp_status told = judge(host, cfg, diag, arg);
    return told == ECP_OK ? make(host, ctx, cfg, diag, arg, self) : told;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = judge, .create = judge_and_make)
