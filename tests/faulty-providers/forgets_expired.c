/* Thinks that nobody waits for a call that comes too late. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    if (req->deadline_ns != 0 && req->deadline_ns <= host_table->now_ns()) return;
    take_heartbeat(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
