/* Knows no device any more once it was given its options again. */
#include "table.h"

static int devices = 1;

static void ECP_CALL start(void *self, ecp_op op) {
    devices = 1;
    finish(self, op);
}

static void ECP_CALL reconfigure(void *self, const ecp_str *cfg, ecp_op op) {
    (void)cfg;
    __atomic_store_n(&devices, 0, __ATOMIC_RELAXED);
    finish(self, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (__atomic_load_n(&devices, __ATOMIC_RELAXED) != 0)
        healthy(self, req, op);
    else
        finish_with(op, ECP_NOT_FOUND, "");
}

FAULTY_PROVIDER(SERVING_TABLE, .start = start, .reconfigure = reconfigure, .get_registration = registration)
