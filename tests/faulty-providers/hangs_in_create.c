/* Its create does not come back. */
#include "table.h"

static ecp_status ECP_CALL hang(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                void *arg, void **self) {
    make(host, ctx, cfg, diag, arg, self);
    say("creating for ever");
    block_for_ever();
    return ECP_OK;
}

FAULTY_PROVIDER(SERVING_TABLE, .create = hang)
