/* Its body is longer than 64 MiB. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    const ecp_str part = {"x", ((uint64_t)64 << 20) + 1};
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.parts = &part;
    result.n_parts = 1;
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
