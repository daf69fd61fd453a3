/* Opens a file at its start and never closes it. */
#define _POSIX_C_SOURCE 200809L
#include <fcntl.h>

#include "table.h"

static void ECP_CALL start(void *self, ecp_op op) {
    if (open("/dev/null", O_RDONLY | O_CLOEXEC) < 0) _exit(3);
    finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start)
