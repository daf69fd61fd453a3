/* Its stop does not come back. */
#include "table.h"

static void ECP_CALL hang(void *self, ecp_op op) {
    (void)self, (void)op;
    block_for_ever();
}

FAULTY_PROVIDER(SERVING_TABLE, .stop = hang)
