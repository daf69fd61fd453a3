/* For LD_PRELOAD: a disk whose syncs take EDGECONF_SYNC_DELAY_US microseconds more. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int sync_function(int descriptor);

static int late(const char* name, int descriptor) {
    const char* const text = getenv("EDGECONF_SYNC_DELAY_US");
    const long delay = text == NULL ? 0 : atol(text);
    const struct timespec wait = {delay / 1000000, delay % 1000000 * 1000};
    nanosleep(&wait, NULL);
    sync_function* next; /* a function is no object pointer to ISO C */
    void* const symbol = dlsym(RTLD_NEXT, name);
    memcpy(&next, &symbol, sizeof next);
    return next(descriptor);
}

__attribute__((visibility("default"))) int fsync(int descriptor) { return late("fsync", descriptor); }
__attribute__((visibility("default"))) int fdatasync(int descriptor) { return late("fdatasync", descriptor); }
