/* For LD_PRELOAD: a disk on which fsync() and fdatasync() fail or take their time; see sync_shim.h. Without
 * orders, both are as ever. */
#include "sync_shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

typedef int sync_function(int descriptor);

static struct sync_orders* orders;
static sync_function* real_fsync;
static sync_function* real_fdatasync;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* A function is no object pointer to ISO C. */
static sync_function* next(const char* name) {
    sync_function* found;
    void* symbol = dlsym(RTLD_NEXT, name);
    memcpy(&found, &symbol, sizeof found);
    return found;
}

static void prepare(void) {
    real_fsync = next("fsync");
    real_fdatasync = next("fdatasync");
    const char* path = getenv(EDGECONF_SYNC_CONTROL);
    const int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void* mapped = mmap(NULL, sizeof *orders, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped != MAP_FAILED) orders = mapped;
}

static int concerns(int descriptor) {
    static const char suffix[] = "-wal";
    if (__atomic_load_n(&orders->only_wal, __ATOMIC_SEQ_CST) == 0) return 1;
    char link[64];
    char name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    const ssize_t length = readlink(link, name, sizeof name);
    const ssize_t wanted = (ssize_t)sizeof suffix - 1;
    return length >= wanted && memcmp(name + length - wanted, suffix, (size_t)wanted) == 0;
}

static int is_to_fail(void) {
    int32_t left = __atomic_load_n(&orders->failures, __ATOMIC_SEQ_CST);
    while (left > 0 && !__atomic_compare_exchange_n(&orders->failures, &left, left - 1, 0, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST)) {
    }
    return left != 0;
}

static int sync_with(sync_function* real, int descriptor) {
    if (orders == NULL || !concerns(descriptor)) return real(descriptor);
    __atomic_add_fetch(&orders->calls, 1, __ATOMIC_SEQ_CST);
    const uint32_t delay = __atomic_load_n(&orders->delay_us, __ATOMIC_SEQ_CST);
    if (delay != 0) {
        const struct timespec wait = {delay / 1000000, (long)(delay % 1000000) * 1000};
        nanosleep(&wait, NULL);
    }
    if (is_to_fail()) {
        __atomic_add_fetch(&orders->failed, 1, __ATOMIC_SEQ_CST);
        errno = EIO;
        return -1;
    }
    return real(descriptor);
}

__attribute__((visibility("default"))) int fsync(int descriptor) {
    pthread_once(&once, prepare);
    return sync_with(real_fsync, descriptor);
}

__attribute__((visibility("default"))) int fdatasync(int descriptor) {
    pthread_once(&once, prepare);
    return sync_with(real_fdatasync, descriptor);
}
