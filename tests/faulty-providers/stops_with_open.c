/* Completes its stop and drops what its worker has not come to. */
#include "worker.h"

static void ECP_CALL stop(void *self, ecp_op op) {
    pthread_mutex_lock(&worker_lock);
    waiting_count = 0;
    pthread_mutex_unlock(&worker_lock);
    stop_worker(self, op);
}

FAULTY_PROVIDER(WORKER_TABLE, .stop = stop, .cancel = NULL)
