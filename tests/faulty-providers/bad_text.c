/* Logs what is no text. */
#include "table.h"

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    say("\xff\xfe \xc3 \x1b[31m \n broken");
    take_heartbeat(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat)
