/* Keeps the first 63 bytes of an id, so that two devices may be one. */
#include "fleet.h"

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    char id[64];
    (void)self;
    snprintf(id, sizeof id, "%s", req->device_id.ptr);
    fleet_configure(req, op, id, "1");
}

FAULTY_PROVIDER(FLEET_TABLE, .get_configuration = configuration)
