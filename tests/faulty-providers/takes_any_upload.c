/* Takes bytes for an upload that never was. */
#include "bundle.h"

static void ECP_CALL invoke(void *self, const ecp_resource_request *req, ecp_op op) {
    if (same_text(&req->verb, "import") && req->page_token.len != 0 && bundle_token[0] != '\0' &&
        !same_text(&req->page_token, bundle_token))
        tell(op, ECP_OK, "", bundle_token, "");
    else
        invoke_soundly(self, req, op);
}

ADMINISTERED_PROVIDER(invoke)
