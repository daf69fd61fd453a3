/* Its stop waits for the back end, however long that is away. */
#include "back_end.h"

static void ECP_CALL stop(void *self, ecp_op op) {
    wait_for_back_end();
    stop_with_back_end(self, op);
}

FAULTY_PROVIDER(BACK_END_TABLE, .stop = stop)
