/* Takes a device that it cannot find for one that was removed. */
#include "fleet.h"

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (fleet_knows(req))
        fleet_registration(self, req, op);
    else
        finish_with(op, ECP_REMOVED, "");
}

FAULTY_PROVIDER(FLEET_TABLE, .get_registration = registration)
