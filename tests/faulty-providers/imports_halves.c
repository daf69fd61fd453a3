/* Imports the lines that it understands. */
#include "bundle.h"

static void ECP_CALL invoke(void *self, const ecp_resource_request *req, ecp_op op) {
    if (same_text(&req->verb, "import"))
        import_part(req, op, HALVES_ARE_TAKEN);
    else
        invoke_soundly(self, req, op);
}

ADMINISTERED_PROVIDER(invoke)
