/* Answers with another call's success: CREATED to a heartbeat, REMOVED to a configuration. */
#include "table.h"

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    finish_with(op, ECP_REMOVED, "");
}

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self, (void)req;
    finish_with(op, ECP_CREATED, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .put_heartbeat = heartbeat, .get_configuration = configuration)
