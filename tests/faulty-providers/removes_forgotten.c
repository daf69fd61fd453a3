/* Keeps its fleet in memory, and takes devices from before its start for ones that were removed. */
#include "fleet.h"

static size_t before; /* of fleet_ids, those that came before the last start */

static void ECP_CALL start(void *self, ecp_op op) {
    before = fleet_size;
    finish(self, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    size_t i;
    for (i = 0; i < before; ++i)
        if (strcmp(fleet_ids[i], req->device_id.ptr) == 0) {
            finish_with(op, ECP_REMOVED, "");
            return;
        }
    fleet_registration(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .start = start, .get_registration = registration)
