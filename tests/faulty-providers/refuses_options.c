/* Its validate accepts no options at all; its create takes any. */
#include "table.h"

static ecp_status ECP_CALL refuse(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    const ecp_str everywhere = text("");
    const ecp_str why = text("the licence has expired");
    (void)host, (void)cfg;
    diag(arg, ECP_LOG_ERROR, &everywhere, &why);
    return ECP_INVALID;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = refuse)
