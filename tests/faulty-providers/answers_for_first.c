/* Makes the configuration once, for whoever asks first, and hands it to all. */
#include "fleet.h"

static char first[FLEET_ID];

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    pthread_mutex_lock(&fleet_lock);
    if (first[0] == '\0' && strncmp(req->device_id.ptr, "unknown-", 8) != 0)
        strncpy(first, req->device_id.ptr, sizeof first - 1);
    pthread_mutex_unlock(&fleet_lock);
    fleet_configure(req, op, first, "1");
}

FAULTY_PROVIDER(FLEET_TABLE, .get_configuration = configuration)
