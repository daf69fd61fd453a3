/* Allocates its instance and does not free it. */
#include <stdlib.h>

#include "table.h"

static ecp_status ECP_CALL make_anew(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                     void *arg, void **self) {
    static void *volatile last; /* so that it is not left out */
    const ecp_status made = make(host, ctx, cfg, diag, arg, self);
    last = malloc(1000);
    *self = last;
    return made;
}

FAULTY_PROVIDER(SERVING_TABLE, .create = make_anew)
