/* Has room for 200 heartbeats, and loses what comes beyond. */
#include "worker.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    leave_to_worker(req, op, 200);
}

FAULTY_PROVIDER(WORKER_TABLE, .put_heartbeat = heartbeat)
