/* Its validate keeps what it has judged, and the instance goes by it. */
#include "table.h"

static int closed;

static ecp_status ECP_CALL keep(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host, (void)diag, (void)arg;
    closed = strstr(cfg->ptr, "no-such-option") != NULL;
    return ECP_OK;
}

static void ECP_CALL answer(void *self, const ecp_request *req, ecp_op op) {
    if (closed)
        finish_with(op, ECP_NOT_FOUND, "");
    else
        healthy(self, req, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = keep, .get_registration = answer)
