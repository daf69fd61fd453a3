/* Changes the process when it is loaded: signals, environment, umask. */
#include "table.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

__attribute__((constructor)) static void change(void) {
    signal(SIGUSR2, SIG_IGN);
    setenv("EDGECONF_TEST_TRACE", "left", 1);
    umask(0);
}

FAULTY_PROVIDER(SERVING_TABLE)
