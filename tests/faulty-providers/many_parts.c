/* Its result has more parts than memory has bytes. Where they would be is never looked at. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    const ecp_str part = {"", 0};
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.parts = &part;
    result.n_parts = ~(uint64_t)0;
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
