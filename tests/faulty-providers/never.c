/* Completes no heartbeat. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    (void)op;
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
