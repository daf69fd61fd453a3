/* Gives each instance a number, and has 64 of them. */
#include "table.h"

static ecp_status ECP_CALL make_numbered(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                         ecp_diag_fn diag, void *arg, void **self) {
    static int made;
    if (++made > 64) {
        const ecp_str place = text(""), message = text("too many instances");
        diag(arg, ECP_LOG_ERROR, &place, &message);
        return ECP_INTERNAL;
    }
    return make(host, ctx, cfg, diag, arg, self);
}

FAULTY_PROVIDER(SERVING_TABLE, .create = make_numbered)
