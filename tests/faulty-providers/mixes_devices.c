/* Keeps the device that is asked for where all calls find it. */
#include "worker.h"

static char asked[254];

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    int known;
    (void)self;
    pthread_mutex_lock(&worker_lock);
    strncpy(asked, req->device_id.ptr, sizeof asked - 1);
    pthread_mutex_unlock(&worker_lock);
    pause_shortly(); /* the query takes a moment */
    pthread_mutex_lock(&worker_lock);
    known = strncmp(asked, "unknown-", 8) != 0;
    pthread_mutex_unlock(&worker_lock);
    finish_with(op, known ? ECP_OK : ECP_NOT_FOUND, known ? "{\"namespace\":\"default\"}" : "");
}

FAULTY_PROVIDER(WORKER_TABLE, .get_registration = registration)
