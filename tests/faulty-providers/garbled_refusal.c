/* Does not start, and says why in bytes that are no text. */
#include "table.h"

static void ECP_CALL start(void *self, ecp_op op) {
    ecp_result result = {0};
    (void)self;
    result.struct_size = sizeof result;
    result.status = ECP_INTERNAL;
    result.message = text("\xff\xfe \x1b[31m no disk");
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start)
