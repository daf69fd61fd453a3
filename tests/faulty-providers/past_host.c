/* Reads a member of the next ecp_host, and does not ask whether this one has it. */
#include "table.h"

struct next_host {
    ecp_host known;
    void *more;
};

__attribute__((no_sanitize_address)) static ecp_status ECP_CALL look(const ecp_host *host, ecp_ctx ctx,
                                                                     const ecp_str *cfg, ecp_diag_fn diag,
                                                                     void *arg, void **self) {
    static void *volatile seen;
    seen = ((const struct next_host *)host)->more;
    (void)seen;
    return make(host, ctx, cfg, diag, arg, self);
}

FAULTY_PROVIDER(SERVING_TABLE, .create = look)
