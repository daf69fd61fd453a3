/* Begins anew when it is given its options again, and forgets what its worker has not come to. */
#include "worker.h"

static void ECP_CALL reconfigure(void *self, const ecp_str *cfg, ecp_op op) {
    (void)cfg;
    pthread_mutex_lock(&worker_lock);
    waiting_count = 0;
    pthread_mutex_unlock(&worker_lock);
    finish(self, op);
}

FAULTY_PROVIDER(WORKER_TABLE, .reconfigure = reconfigure)
