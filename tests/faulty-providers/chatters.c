/* Logs a line for each read, whether it is wanted or not. */
#include "fleet.h"

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    const ecp_str line = text("somebody reads");
    host_table->log(host_ctx, ECP_LOG_DEBUG, op, &line, NULL, 0);
    fleet_configuration(self, req, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .get_configuration = configuration)
