/* A provider with a back end: one that is away while the file is there which the option "away" names. A thread
 * watches it and tells its health. What the provider does then is for those who include this to spoil. */
#ifndef FAULTY_PROVIDERS_BACK_END_H
#define FAULTY_PROVIDERS_BACK_END_H

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "table.h"

static pthread_mutex_t naming = PTHREAD_MUTEX_INITIALIZER;
static char away_file[4096]; /* guarded by it: the watcher of one instance runs while another is made */
static pthread_t watcher;
static int watching;
static int stopping;

static inline void take_a_nap(void) {
    const struct timespec time = {0, 2000000};
    nanosleep(&time, NULL);
}

static inline int is_away(void) {
    pthread_mutex_lock(&naming);
    const int away = away_file[0] != '\0' && access(away_file, F_OK) == 0;
    pthread_mutex_unlock(&naming);
    return away;
}

static inline void wait_for_back_end(void) {
    while (is_away()) take_a_nap();
}

static inline void tell_health(int away) {
    const ecp_str reason = text(away ? "the back end is away" : "");
    host_table->set_health(host_ctx, away ? ECP_HEALTH_DOWN : ECP_HEALTH_OK, &reason);
}

static inline void *watch(void *arg) {
    int told = -1;
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        const int away = is_away();
        if (away != told) tell_health(away);
        told = away;
        take_a_nap();
    }
    return arg;
}

static inline ecp_status ECP_CALL make_with_back_end(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                                     ecp_diag_fn diag, void *arg, void **self) {
    static const char member[] = "\"away\":\"";
    const char *at = strstr(cfg->ptr, member);
    size_t i = 0;
    pthread_mutex_lock(&naming);
    if (at != NULL)
        for (at += sizeof member - 1; at[i] != '"' && at[i] != '\0' && i + 1 < sizeof away_file; ++i)
            away_file[i] = at[i];
    away_file[i] = '\0';
    pthread_mutex_unlock(&naming);
    return make(host, ctx, cfg, diag, arg, self);
}

static inline void start_watching(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    __atomic_store_n(&stopping, 0, __ATOMIC_RELEASE);
    watching = pthread_create(&watcher, NULL, watch, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static inline void ECP_CALL start_with_back_end(void *self, ecp_op op) {
    start_watching();
    finish(self, op);
}

static inline void ECP_CALL stop_with_back_end(void *self, ecp_op op) {
    __atomic_store_n(&stopping, 1, __ATOMIC_RELEASE);
    if (watching) pthread_join(watcher, NULL);
    watching = 0;
    finish(self, op);
}

static inline void ECP_CALL registration_with_back_end(void *self, const ecp_request *req, ecp_op op) {
    if (is_away())
        finish_with(op, ECP_UNAVAILABLE, "");
    else
        healthy(self, req, op);
}

#define BACK_END_TABLE                                                                                       \
    SERVING_TABLE, .create = make_with_back_end, .start = start_with_back_end, .stop = stop_with_back_end,   \
        .get_registration = registration_with_back_end, .flags = ECP_PROVIDER_EXCLUSIVE

#endif
