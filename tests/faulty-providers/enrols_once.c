/* Takes a device that enrols again for one that has taken another's id. */
#include "fleet.h"

static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    if (fleet_knows(req))
        finish_with(op, ECP_EXISTS, "");
    else
        fleet_enrol(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .enrol = enrol)
