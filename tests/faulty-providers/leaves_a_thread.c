/* Starts a thread and never ends it. */
#include "worker.h"

static void *wait_for_ever(void *arg) {
    block_for_ever();
    return arg;
}

static void ECP_CALL start(void *self, ecp_op op) {
    pthread_t thread;
    start_thread(&thread, wait_for_ever);
    pthread_detach(thread);
    finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start)
