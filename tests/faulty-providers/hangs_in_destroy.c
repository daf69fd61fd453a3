/* Its destroy does not come back. */
#include "table.h"

static void ECP_CALL hang(void *self) {
    (void)self;
    block_for_ever();
}

FAULTY_PROVIDER(SERVING_TABLE, .destroy = hang)
