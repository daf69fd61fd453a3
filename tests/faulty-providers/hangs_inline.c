/* Promises not to block, and does not come back. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    (void)op;
    say("in for ever");
    block_for_ever();
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat, .dispatch = ECP_DISPATCH_NONBLOCKING,
                .max_concurrency = ECP_CONCURRENCY_ANY)
