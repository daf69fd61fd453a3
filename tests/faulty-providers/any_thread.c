/* Completes a heartbeat from a thread of its own, with all signals blocked: no fault at all. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>

#include "table.h"

static const ecp_request *asked;
static ecp_op begun;

static void *complete_begun(void *arg) {
    take_heartbeat(arg, asked, begun);
    return arg;
}

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    asked = req;
    begun = op;
    if (pthread_create(&thread, NULL, complete_begun, NULL) == 0) pthread_join(thread, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
