/* Its instances share what each should have of its own: whether it runs. */
#include "table.h"

static int running;

static void ECP_CALL start(void *self, ecp_op op) {
    running = 1;
    finish(self, op);
}

static void ECP_CALL stop(void *self, ecp_op op) {
    running = 0;
    finish(self, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (running)
        healthy(self, req, op);
    else
        finish_with(op, ECP_UNAVAILABLE, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start, .stop = stop, .get_registration = registration)
