/* Looks for a device in the namespace in which it is asked for. */
#include "fleet.h"

static void ECP_CALL playbooks(void *self, const ecp_request *req, ecp_op op) {
    if (strcmp(req->ns.ptr, "default") == 0)
        fleet_playbooks(self, req, op);
    else
        finish_with(op, ECP_NOT_FOUND, "");
}

FAULTY_PROVIDER(FLEET_TABLE, .get_playbooks = playbooks)
