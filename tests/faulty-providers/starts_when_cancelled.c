/* Its start ends only when it is cancelled, as it should then. */
#include "table.h"

static void ECP_CALL wait_for_cancel(void *self, ecp_op op) {
    (void)self, (void)op;
    say("starting for ever");
}

static void ECP_CALL cancelled(void *self, ecp_op op) {
    (void)self;
    finish_with(op, ECP_CANCELLED, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .start = wait_for_cancel, .cancel = cancelled)
