/* Completes its start with no result. */
#include "table.h"

static void ECP_CALL nothing(void *self, ecp_op op) {
    (void)self;
    host_table->complete(op, NULL);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = nothing)
