/* The host's log, read while it is written. */
#ifndef ECP_TEST_LOG_H
#define ECP_TEST_LOG_H

#include <stddef.h>

typedef struct ecp_test_log {
    const char *path; /* borrowed */
    int watch;        /* an inotify descriptor */
    int output;       /* where the host writes */
} ecp_test_log;

/* Makes the file. 0, or the errno. */
int ecp_test_log_open(ecp_test_log *log, const char *path);
void ecp_test_log_close(ecp_test_log *log);

/* All of it so far, with a NUL at the end; to be freed. NULL: no memory. */
char *ecp_test_log_read(const ecp_test_log *log);

/* Waits until `log` grows, `ended` is readable or it is `until_ms` on the monotonic clock. 0: the latter. */
int ecp_test_log_wait(const ecp_test_log *log, int ended, long long until_ms);

long long ecp_test_now_ms(void);

#endif
