/* Tells of an option by its name where a JSON Pointer is due. */
#include "table.h"

static ecp_status ECP_CALL warn(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    const ecp_str place = text("no-such-option");
    const ecp_str why = text("nobody knows it");
    (void)host;
    if (strstr(cfg->ptr, "no-such-option") != NULL) diag(arg, ECP_LOG_WARN, &place, &why);
    return ECP_OK;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = warn)
