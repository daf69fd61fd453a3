/* Writes to standard error what belongs into the log. */
#include "fleet.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    fprintf(stderr, "a heartbeat of %s\n", req->device_id.ptr);
    fleet_take(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .put_heartbeat = heartbeat)
