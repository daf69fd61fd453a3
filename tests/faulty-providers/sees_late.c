/* Knows a device only some reads after it has said so. */
#include "fleet.h"

static int reads; /* calls come one at a time */

static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    reads = 0;
    fleet_enrol(self, req, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (++reads <= 2 && strncmp(req->device_id.ptr, "camera-", 7) != 0)
        finish_with(op, ECP_NOT_FOUND, "");
    else
        fleet_registration(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .enrol = enrol, .get_registration = registration)
