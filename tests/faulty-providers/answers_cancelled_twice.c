/* Answers what is cancelled at once, and leaves it to its worker all the same. */
#include "worker.h"

static void ECP_CALL cancel(void *self, ecp_op op) {
    size_t i;
    int found = 0;
    (void)self;
    pthread_mutex_lock(&worker_lock);
    for (i = 0; i < waiting_count; ++i) found |= waiting[i].op == op;
    pthread_mutex_unlock(&worker_lock);
    if (found) finish_with(op, ECP_CANCELLED, "");
}

FAULTY_PROVIDER(WORKER_TABLE, .cancel = cancel)
