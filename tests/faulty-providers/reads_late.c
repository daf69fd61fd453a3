/* Looks at a heartbeat once more when it has answered it. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    volatile char last;
    take_heartbeat(self, req, op);
    if (req->body.len != 0) last = req->body.ptr[req->body.len - 1];
    (void)last;
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
