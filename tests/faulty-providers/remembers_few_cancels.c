/* Notes what is cancelled for a thread to answer, and has room for eight notes. */
#include "worker.h"

enum { MOST_NOTES = 8 };

static ecp_op notes[MOST_NOTES];
static size_t notes_count;
static int closing;
static pthread_t clerk;

static void *answer_notes(void *arg) {
    ecp_op taken[MOST_NOTES];
    size_t count, i;
    int last;
    do {
        pause_shortly();
        pthread_mutex_lock(&worker_lock);
        last = closing;
        count = notes_count;
        memcpy(taken, notes, sizeof taken);
        notes_count = 0;
        pthread_mutex_unlock(&worker_lock);
        for (i = 0; i < count; ++i) finish_with(taken[i], ECP_CANCELLED, "");
    } while (!last);
    return arg;
}

static void ECP_CALL cancel(void *self, ecp_op op) {
    (void)self;
    if (!take_from_worker(op)) return;
    pthread_mutex_lock(&worker_lock);
    if (notes_count < MOST_NOTES) notes[notes_count++] = op;
    pthread_mutex_unlock(&worker_lock);
}

static void ECP_CALL start(void *self, ecp_op op) {
    closing = 0;
    start_thread(&clerk, answer_notes);
    start_worker(self, op);
}

static void ECP_CALL stop(void *self, ecp_op op) {
    end_worker();
    pthread_mutex_lock(&worker_lock);
    closing = 1;
    pthread_mutex_unlock(&worker_lock);
    pthread_join(clerk, NULL);
    finish(self, op);
}

FAULTY_PROVIDER(WORKER_TABLE, .start = start, .stop = stop, .cancel = cancel)
