/* Its validate does not come back. */
#include "table.h"

static ecp_status ECP_CALL hang(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host, (void)cfg, (void)diag, (void)arg;
    block_for_ever();
    return ECP_OK;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = hang)
