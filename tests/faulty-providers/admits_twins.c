/* Lets camera-1 and CAMERA-1 in, which Flotta takes for the same. */
#include "fleet.h"

static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    finish_with(op, fleet_knows(req) || fleet_add(req->device_id.ptr) ? ECP_OK : ECP_BUSY, "");
}

FAULTY_PROVIDER(FLEET_TABLE, .enrol = enrol)
