/* Completes a heartbeat after its deadline: when it is cancelled. */
#include "table.h"

static void ECP_CALL cancelled(void *self, ecp_op op) {
    finish(self, op);
    say("completed late");
}

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    (void)op;
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat, .cancel = cancelled)
