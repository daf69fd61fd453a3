/* Copies as much of a request as there is to where there is less. */
#include "table.h"

static void ECP_CALL copying(void *self, const ecp_request *req, ecp_op op) {
    ecp_request copy;
    memcpy(&copy, req, req->struct_size);
    healthy(self, &copy, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .get_registration = copying)
