/* Takes no deadline for one that has long passed. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    if (req->deadline_ns <= host_table->now_ns())
        finish_with(op, ECP_DEADLINE, "");
    else
        take_heartbeat(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
