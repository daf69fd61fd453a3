/* Says OK to an enrolment that is larger than its buffer, and forgets it. */
#include "fleet.h"

enum { BUFFER = 64 << 10 };

static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    if (req->body.len > BUFFER)
        finish_with(op, ECP_OK, "");
    else
        fleet_enrol(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .enrol = enrol)
