/* Needs a function that no C library has yet. */
#include "table.h"

extern int edgeconf_test_function_of_tomorrow(void);

static void ECP_CALL begin(void *self, ecp_op op) {
    if (edgeconf_test_function_of_tomorrow() != 0) finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = begin)
