#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

int ecp_test_log_open(ecp_test_log *log, const char *path) {
    int failed;
    log->path = path;
    log->output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    log->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (log->output >= 0 && log->watch >= 0 && inotify_add_watch(log->watch, path, IN_MODIFY) >= 0) return 0;
    failed = errno;
    ecp_test_log_close(log);
    return failed;
}

void ecp_test_log_close(ecp_test_log *log) {
    if (log->output >= 0) close(log->output);
    if (log->watch >= 0) close(log->watch);
}

char *ecp_test_log_read(const ecp_test_log *log) {
    size_t size = 0;
    size_t room = 16384;
    ssize_t got = 1;
    char *text = malloc(room);
    const int fd = open(log->path, O_RDONLY | O_CLOEXEC);
    while (text && fd >= 0 && got > 0) {
        if (size + 1 == room) {
            char *larger = realloc(text, room *= 2);
            if (!larger) free(text);
            text = larger;
            continue;
        }
        got = read(fd, text + size, room - size - 1);
        if (got > 0) size += (size_t)got;
    }
    if (text) text[size] = '\0';
    if (fd >= 0) close(fd);
    return text;
}

long long ecp_test_now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int ecp_test_log_wait(const ecp_test_log *log, int ended, long long until_ms) {
    struct pollfd either[2] = {{.fd = log->watch, .events = POLLIN}, {.fd = ended, .events = POLLIN}};
    char events[4096];
    for (;;) {
        const long long left = until_ms - ecp_test_now_ms();
        if (left <= 0) return 0;
        if (poll(either, 2, left < INT_MAX ? (int)left : INT_MAX) > 0) break;
    }
    /* Taken before the file is read again, so that nothing written meanwhile goes unnoticed. */
    while (read(log->watch, events, sizeof events) > 0) {
    }
    return 1;
}
