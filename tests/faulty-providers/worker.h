/* A provider that takes heartbeats from many threads and leaves them to a worker, which answers what has gathered
 * once nothing more comes: no fault, and for the providers of this folder to spoil. One instance at a time. */
#ifndef FAULTY_PROVIDERS_WORKER_H
#define FAULTY_PROVIDERS_WORKER_H

#define _POSIX_C_SOURCE 200809L
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "table.h"

enum { MOST_WAITING = 4096 };

struct waiting_call {
    ecp_op op;
    ecp_status status; /* the answer's */
};

static struct waiting_call waiting[MOST_WAITING];
static size_t waiting_count;
static int finishing;
static pthread_t worker;
static pthread_mutex_t worker_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t worker_wanted = PTHREAD_COND_INITIALIZER;

static inline void start_thread(pthread_t *thread, void *(*run)(void *)) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    if (pthread_create(thread, NULL, run, NULL) != 0) _exit(3);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static inline void pause_shortly(void) {
    const struct timespec time = {0, 1000000};
    nanosleep(&time, NULL);
}

/* Under the lock, which it gives up meanwhile. */
static inline void wait_for_quiet(void) {
    size_t seen;
    do {
        seen = waiting_count;
        pthread_mutex_unlock(&worker_lock);
        pause_shortly();
        pthread_mutex_lock(&worker_lock);
    } while (seen != waiting_count && !finishing);
}

static inline void *work(void *arg) {
    static struct waiting_call taken[MOST_WAITING];
    size_t count, i;
    int last;
    do {
        pthread_mutex_lock(&worker_lock);
        while (waiting_count == 0 && !finishing) pthread_cond_wait(&worker_wanted, &worker_lock);
        wait_for_quiet();
        last = finishing;
        count = waiting_count;
        memcpy(taken, waiting, count * sizeof *taken);
        waiting_count = 0;
        pthread_mutex_unlock(&worker_lock);
        for (i = 0; i < count; ++i) finish_with(taken[i].op, taken[i].status, "");
    } while (!last);
    return arg;
}

static inline void ECP_CALL start_worker(void *self, ecp_op op) {
    finishing = 0;
    start_thread(&worker, work);
    finish(self, op);
}

static inline void end_worker(void) {
    pthread_mutex_lock(&worker_lock);
    finishing = 1;
    pthread_cond_signal(&worker_wanted);
    pthread_mutex_unlock(&worker_lock);
    pthread_join(worker, NULL);
}

static inline void ECP_CALL stop_worker(void *self, ecp_op op) {
    end_worker();
    finish(self, op);
}

/* 0 where `most` wait already. */
static inline int leave_to_worker(const ecp_request *req, ecp_op op, size_t most) {
    int taken;
    pthread_mutex_lock(&worker_lock);
    taken = waiting_count < most;
    if (taken) {
        waiting[waiting_count].op = op;
        waiting[waiting_count++].status = is_known(req) ? ECP_OK : ECP_NOT_FOUND;
        pthread_cond_signal(&worker_wanted);
    }
    pthread_mutex_unlock(&worker_lock);
    return taken;
}

/* Not among what waits any more: 0 where it was not. */
static inline int take_from_worker(ecp_op op) {
    size_t i;
    int found = 0;
    pthread_mutex_lock(&worker_lock);
    for (i = 0; i < waiting_count && !found; ++i) {
        if (waiting[i].op != op) continue;
        waiting[i] = waiting[--waiting_count];
        found = 1;
    }
    pthread_mutex_unlock(&worker_lock);
    return found;
}

static inline void ECP_CALL heartbeat_for_worker(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    if (!leave_to_worker(req, op, MOST_WAITING)) finish_with(op, ECP_BUSY, "");
}

static inline void ECP_CALL cancel_at_worker(void *self, ecp_op op) {
    (void)self;
    if (take_from_worker(op)) finish_with(op, ECP_CANCELLED, "");
}

#define WORKER_TABLE                                                                                         \
    SERVING_TABLE, .start = start_worker, .stop = stop_worker, .put_heartbeat = heartbeat_for_worker,        \
                   .cancel = cancel_at_worker, .max_concurrency = ECP_CONCURRENCY_ANY,                       \
                   .flags = ECP_PROVIDER_EXCLUSIVE

#endif
