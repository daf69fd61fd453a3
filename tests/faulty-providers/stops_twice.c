/* Completes its stop twice. */
#include "table.h"

static void ECP_CALL twice(void *self, ecp_op op) {
    finish(self, op);
    finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .stop = twice)
