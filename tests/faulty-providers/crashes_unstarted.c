/* Its destroy takes for granted that it was started. */
#include "table.h"

static int *volatile connections;

static void ECP_CALL start(void *self, ecp_op op) {
    static int none;
    connections = &none;
    finish(self, op);
}

static void ECP_CALL destroy(void *self) {
    (void)self;
    *connections = 0;
    connections = NULL;
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start, .destroy = destroy)
