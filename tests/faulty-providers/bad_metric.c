/* Calls a metric what the host takes for no name. */
#include "fleet.h"

static void ECP_CALL start(void *self, ecp_op op) {
    const ecp_str name = text("Heartbeats total");
    const ecp_str help = text("heartbeats that came");
    host_table->metric_register(host_ctx, ECP_METRIC_COUNTER, &name, &help);
    finish(self, op);
}

FAULTY_PROVIDER(FLEET_TABLE, .start = start)
