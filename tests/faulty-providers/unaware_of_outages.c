/* Tells its health until it is well, and never again. */
#include "back_end.h"

static void *watch_until_well(void *arg) {
    if (is_away()) tell_health(1);
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE) && is_away()) take_a_nap();
    tell_health(0);
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) take_a_nap(); /* ThreadSanitizer minds an end before */
    return arg;
}

static void ECP_CALL start(void *self, ecp_op op) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    __atomic_store_n(&stopping, 0, __ATOMIC_RELEASE);
    watching = pthread_create(&watcher, NULL, watch_until_well, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    finish(self, op);
}

FAULTY_PROVIDER(BACK_END_TABLE, .start = start)
