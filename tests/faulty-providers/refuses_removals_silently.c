/* Does not accept removals, and does not say why. */
#include "bundle.h"

static void ECP_CALL invoke(void *self, const ecp_resource_request *req, ecp_op op) {
    if (same_text(&req->verb, "accept-removals"))
        tell(op, ECP_PRECONDITION, "", "", "");
    else
        invoke_soundly(self, req, op);
}

ADMINISTERED_PROVIDER(invoke)
