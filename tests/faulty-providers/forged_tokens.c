/* Completes operations that never were. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    finish(self, op + ((ecp_op)1 << 32));
    finish(self, 0);
    finish(self, ~(ecp_op)0);
    finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
