/* Answers with a status that does not exist. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    finish_with(op, 999, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
