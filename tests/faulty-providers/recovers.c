/* Breaks its contract in its first 20 heartbeats and never again. */
#include "table.h"

static int heartbeats; /* calls come one at a time */

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    finish_with(op, ++heartbeats <= 20 ? 999 : ECP_OK, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
