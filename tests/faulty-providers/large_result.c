/* Its result claims to be larger than any: what the host knows of it is read, so nothing happens. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    ecp_result result = {0};
    result.struct_size = 0xffffffffu;
    result.status = is_known(req) ? ECP_OK : ECP_NOT_FOUND;
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
