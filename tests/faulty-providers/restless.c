/* Its configurations are in another order at each read. */
#include "fleet.h"

static int reads; /* calls come one at a time */

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    static const char *const bodies[] = {
        "{\"device_id\":\"%s\",\"workloads\":[],\"configuration\":{\"heartbeat\":{\"hardware_profile\":{}}}}",
        "{\"device_id\":\"%s\",\"configuration\":{\"heartbeat\":{\"hardware_profile\":{}}},\"workloads\":[]}",
    };
    static const char *const revisions[] = {"1", "2"};
    char body[512];
    const int which = ++reads % 2;
    (void)self;
    if (!fleet_knows(req)) {
        finish_with(op, ECP_NOT_FOUND, "");
        return;
    }
    snprintf(body, sizeof body, bodies[which], req->device_id.ptr);
    const ecp_str part = text(body);
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.parts = &part;
    result.n_parts = 1;
    result.revision = text(revisions[which]);
    host_table->complete(op, &result);
}

FAULTY_PROVIDER(FLEET_TABLE, .get_configuration = configuration)
