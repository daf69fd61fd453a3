/* Its start is never completed. */
#include "table.h"

static void ECP_CALL never(void *self, ecp_op op) {
    (void)self, (void)op;
    say("starting for ever");
}

FAULTY_PROVIDER(SERVING_TABLE, .start = never)
