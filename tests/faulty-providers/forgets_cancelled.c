/* Takes what is cancelled out of its queue, and thinks that this is all. */
#include "worker.h"

static void ECP_CALL cancel(void *self, ecp_op op) {
    (void)self;
    take_from_worker(op);
}

FAULTY_PROVIDER(WORKER_TABLE, .cancel = cancel)
