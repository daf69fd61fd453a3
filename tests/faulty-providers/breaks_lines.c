/* A page of its exports ends in the middle of a line. */
#include "bundle.h"

static void ECP_CALL invoke(void *self, const ecp_resource_request *req, ecp_op op) {
    char body[FLEET_MOST * 2];
    size_t used = 0;
    size_t i;
    if (!same_text(&req->verb, "export") || fleet_size > 20) {
        invoke_soundly(self, req, op);
        return;
    }
    for (i = 0; i < fleet_size; ++i)
        used += (size_t)snprintf(body + used, sizeof body - used, "{\"device\":\"%s\"}\n", fleet_ids[i]);
    snprintf(body + used, sizeof body - used, "{\"end\":%lu}\n", (unsigned long)fleet_size);
    if (same_text(&req->page_token, "second half")) {
        tell(op, ECP_OK, body + 5, "", "");
    } else if (req->page_token.len == 0) {
        body[5] = '\0';
        tell(op, ECP_OK, body, "second half", "");
    } else {
        tell(op, ECP_NOT_FOUND, "", "", "no such page");
    }
}

ADMINISTERED_PROVIDER(invoke)
