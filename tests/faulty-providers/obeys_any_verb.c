/* Says OK to verbs that it does not know. */
#include "bundle.h"

static void ECP_CALL invoke(void *self, const ecp_resource_request *req, ecp_op op) {
    if (same_text(&req->verb, "import") || same_text(&req->verb, "export") ||
        same_text(&req->verb, "accept-removals"))
        invoke_soundly(self, req, op);
    else
        tell(op, ECP_OK, "", "", "");
}

ADMINISTERED_PROVIDER(invoke)
