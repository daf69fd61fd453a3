/* Says that a device waits for approval, and lets it in. */
#include "fleet.h"

static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    const ecp_status status = fleet_admit(req);
    (void)self;
    finish_with(op, status == ECP_OK ? ECP_CREATED : status, "");
}

FAULTY_PROVIDER(FLEET_TABLE, .enrol = enrol)
