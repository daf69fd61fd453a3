/* What Go cannot say itself: it has no const, no calls through C's function pointers, and no arrays of
 * pointers into its memory for C. */
#ifndef SHIM_H
#define SHIM_H

#include <ecp/provider.h>

/* An instance as the host holds it; C's memory, so that Go may keep its address. */
typedef struct instance {
    const ecp_host *host;
    ecp_ctx ctx;
    uintptr_t handle; /* the cgo.Handle of what Go has made of it */
} instance;

enum { /* the six device calls */
    GET_CONFIGURATION,
    ENROL,
    GET_REGISTRATION,
    PUT_REGISTRATION,
    PUT_HEARTBEAT,
    GET_PLAYBOOKS
};

void shim_complete(const instance *self, ecp_op op, ecp_status status, ecp_str body, ecp_str revision,
                   ecp_str message, uint32_t retry_after_ms);
void shim_log(const instance *self, int32_t level, ecp_op op, ecp_str message, ecp_str key, ecp_str value);
void shim_set_health(const instance *self, int32_t state, ecp_str reason);
void shim_find(ecp_diag_fn diag, void *arg, ecp_str place, ecp_str what);
uint64_t shim_now(const instance *self);

#endif
