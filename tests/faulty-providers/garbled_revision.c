/* The revision of its configurations is a number as bytes, and no text. */
#include "fleet.h"

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    fleet_configure(req, op, req->device_id.ptr, "\xff\xfe\x01");
}

FAULTY_PROVIDER(FLEET_TABLE, .get_configuration = configuration)
