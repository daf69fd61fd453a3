/* Promises not to block, and its cancel does. */
#include "worker.h"

static void ECP_CALL cancel(void *self, ecp_op op) {
    const struct timespec time = {0, 20000000};
    nanosleep(&time, NULL);
    cancel_at_worker(self, op);
}

FAULTY_PROVIDER(WORKER_TABLE, .cancel = cancel, .dispatch = ECP_DISPATCH_NONBLOCKING)
