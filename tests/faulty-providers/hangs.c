/* Its calls do not come back, which leaves the workers stuck. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    (void)op;
    say("in for ever");
    block_for_ever();
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
