/* A thread of its own tells how things are until destroy ends it, not stop. */
#include "worker.h"

static pthread_t teller;
static int telling;

static void *tell(void *arg) {
    const ecp_str reason = text("");
    while (__atomic_load_n(&telling, __ATOMIC_ACQUIRE)) {
        host_table->set_health(host_ctx, ECP_HEALTH_OK, &reason);
        pause_shortly();
    }
    return arg;
}

static void ECP_CALL start(void *self, ecp_op op) {
    __atomic_store_n(&telling, 1, __ATOMIC_RELEASE);
    start_thread(&teller, tell);
    finish(self, op);
}

static void ECP_CALL destroy(void *self) {
    (void)self;
    if (!__atomic_load_n(&telling, __ATOMIC_ACQUIRE)) return;
    pause_shortly();
    pause_shortly();
    __atomic_store_n(&telling, 0, __ATOMIC_RELEASE);
    pthread_join(teller, NULL);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start, .destroy = destroy, .flags = ECP_PROVIDER_EXCLUSIVE)
