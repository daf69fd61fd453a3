/* Copies its options to where there is room for less. */
#include "table.h"

static ecp_status ECP_CALL copying(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    char copy[1024];
    volatile char *const at = copy;
    uint64_t i;
    (void)host, (void)diag, (void)arg;
    for (i = 0; i < cfg->len; ++i) at[i] = cfg->ptr[i];
    return ECP_OK;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = copying)
