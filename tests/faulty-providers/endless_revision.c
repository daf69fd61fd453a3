/* Its revision is longer than 64 KiB. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.revision.ptr = "x";
    result.revision.len = (64u << 10) + 1;
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
