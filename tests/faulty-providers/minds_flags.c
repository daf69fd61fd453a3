/* Refuses requests whose flags it does not know. */
#include "table.h"

static void ECP_CALL strict(void *self, const ecp_request *req, ecp_op op) {
    if (req->flags != 0)
        finish_with(op, ECP_INVALID, "");
    else
        healthy(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .get_registration = strict)
