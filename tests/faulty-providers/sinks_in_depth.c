/* Reads a heartbeat by calling itself for each level of it. */
#include "table.h"

static const char *skip_value(const char *at) {
    volatile char frame[512]; /* what a parser of some size keeps of each level */
    frame[0] = *at;
    if (frame[0] == '[' || frame[0] == '{') {
        for (++at; *at != '\0' && *at != ']' && *at != '}';) at = skip_value(at);
    }
    return *at == '\0' ? at : at + 1;
}

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    skip_value(req->body.ptr);
    take_heartbeat(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
