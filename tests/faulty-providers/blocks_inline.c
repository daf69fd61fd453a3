/* Promises not to block, and blocks. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    const struct timespec time = {0, 20000000};
    nanosleep(&time, NULL);
    take_heartbeat(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat, .dispatch = ECP_DISPATCH_NONBLOCKING,
                .max_concurrency = ECP_CONCURRENCY_ANY)
