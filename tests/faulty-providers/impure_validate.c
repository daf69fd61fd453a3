/* Its validate leaves a file open, each time. */
#include "table.h"

#include <fcntl.h>

static ecp_status ECP_CALL probe(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host, (void)cfg, (void)diag, (void)arg;
    return open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0 ? ECP_OK : ECP_INVALID;
}

FAULTY_PROVIDER(SERVING_TABLE, .validate = probe)
