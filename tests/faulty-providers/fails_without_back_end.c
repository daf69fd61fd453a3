/* Does not start while its back end is away. */
#include "back_end.h"

static void ECP_CALL start(void *self, ecp_op op) {
    if (is_away())
        finish_with(op, ECP_UNAVAILABLE, "");
    else
        start_with_back_end(self, op);
}

FAULTY_PROVIDER(BACK_END_TABLE, .start = start)
