/* Completes a heartbeat when it is cancelled, and once more. */
#include "table.h"

static void ECP_CALL cancelled(void *self, ecp_op op) {
    finish(self, op);
    finish(self, op);
}

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    (void)op;
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat, .cancel = cancelled)
