/* Repeats the beginning of a body that it does not like in its message, cut wherever that ends. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    ecp_result result = {0};
    if (strstr(req->body.ptr, "\"status\":\"up\"") != NULL && strstr(req->body.ptr, "\"version\":\"1\"") != NULL) {
        take_heartbeat(self, req, op);
        return;
    }
    result.struct_size = sizeof result;
    result.status = ECP_INVALID;
    result.message.ptr = req->body.ptr;
    result.message.len = req->body.len < 33 ? req->body.len : 33;
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
