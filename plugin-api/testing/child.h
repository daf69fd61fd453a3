/* A child process that does not outlive the thread that started it. */
#ifndef ECP_TEST_CHILD_H
#define ECP_TEST_CHILD_H

#include <sys/types.h>

typedef struct ecp_test_child {
    pid_t id;
    int fd; /* readable once the process has ended */
} ecp_test_child;

/* Runs `binary` with `arguments` (NULL at the end), both standard streams going to `output`, which is a file
 * descriptor. 0, or the errno. A program that cannot be executed ends with 127. */
int ecp_test_child_start(ecp_test_child *child, const char *binary, char *const *arguments, int output);

/* Sends `first`, and SIGKILL if it has not ended within `timeout_ms`; collects it. Returns its exit status,
 * or 128 and the number of the signal that ended it. */
int ecp_test_child_end(ecp_test_child *child, int first, int timeout_ms);

#endif
