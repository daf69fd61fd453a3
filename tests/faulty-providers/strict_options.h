/* A provider that has no options, and says so of any that it is given. */
#ifndef FAULTY_PROVIDERS_STRICT_OPTIONS_H
#define FAULTY_PROVIDERS_STRICT_OPTIONS_H

#include "table.h"

static inline int has_no_option(const ecp_str *cfg) { return cfg->len == 2 && memcmp(cfg->ptr, "{}", 2) == 0; }

static inline ecp_status ECP_CALL validate_strictly(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag,
                                                    void *arg) {
    const ecp_str place = text(""), message = text("this provider has no options");
    (void)host;
    if (has_no_option(cfg)) return ECP_OK;
    diag(arg, ECP_LOG_ERROR, &place, &message);
    return ECP_INVALID;
}

static inline ecp_status ECP_CALL make_strictly(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                                ecp_diag_fn diag, void *arg, void **self) {
    const ecp_status judged = validate_strictly(host, cfg, diag, arg);
    return judged == ECP_OK ? make(host, ctx, cfg, diag, arg, self) : judged;
}

static inline void finish_invalid(ecp_op op, const char *why) {
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.status = ECP_INVALID;
    result.message = text(why);
    host_table->complete(op, &result);
}

#define STRICT_TABLE SERVING_TABLE, .validate = validate_strictly, .create = make_strictly

#endif
