/* The least that a table needs, for the providers of this folder to spoil. */
#ifndef FAULTY_PROVIDERS_TABLE_H
#define FAULTY_PROVIDERS_TABLE_H

#include <ecp/provider.h>

static ecp_status ECP_CALL make(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                void *arg, void **self) {
    (void)host, (void)ctx, (void)cfg, (void)diag, (void)arg;
    static int instance;
    *self = &instance;
    return ECP_OK;
}

static void ECP_CALL ignore_op(void *self, ecp_op op) { (void)self, (void)op; }
static void ECP_CALL ignore(void *self) { (void)self; }

#define SOUND_TABLE                                                                                        \
    .struct_size = sizeof(ecp_provider), .abi_minor = ECP_ABI_MINOR, .id = "test.faulty", .version = "1",  \
    .vendor = "edgeconf's tests", .create = make, .start = ignore_op, .stop = ignore_op, .destroy = ignore

#endif
