/* Clears the table before it looks at its new options, and leaves it so if they are wrong. */
#include "strict_options.h"

static int devices;

static void ECP_CALL start(void *self, ecp_op op) {
    devices = 1;
    finish(self, op);
}

static void ECP_CALL reconfigure(void *self, const ecp_str *cfg, ecp_op op) {
    if (has_no_option(cfg)) {
        finish(self, op);
        return;
    }
    __atomic_store_n(&devices, 0, __ATOMIC_RELAXED);
    finish_invalid(op, "this provider has no options");
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (__atomic_load_n(&devices, __ATOMIC_RELAXED) != 0)
        healthy(self, req, op);
    else
        finish_with(op, ECP_NOT_FOUND, "");
}

FAULTY_PROVIDER(STRICT_TABLE, .start = start, .reconfigure = reconfigure, .get_registration = registration)
