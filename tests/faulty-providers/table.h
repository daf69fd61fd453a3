/* The least that a table needs, for the providers of this folder to spoil. */
#ifndef FAULTY_PROVIDERS_TABLE_H
#define FAULTY_PROVIDERS_TABLE_H

#include <ecp/provider.h>

#include <string.h>
#include <unistd.h>

static const ecp_host *host_table; /* of the instance that was made last */
static ecp_ctx host_ctx;

static inline ecp_status ECP_CALL make(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                       ecp_diag_fn diag, void *arg, void **self) {
    (void)cfg, (void)diag, (void)arg;
    static int instance;
    host_table = host;
    host_ctx = ctx;
    *self = &instance;
    return ECP_OK;
}

static inline void ECP_CALL ignore_op(void *self, ecp_op op) { (void)self, (void)op; }
static inline void ECP_CALL ignore(void *self) { (void)self; }

static inline ecp_str text(const char *s) {
    ecp_str made;
    made.ptr = s;
    made.len = strlen(s);
    return made;
}

static inline void finish_with(ecp_op op, ecp_status status, const char *body) {
    const ecp_str part = text(body);
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.status = status;
    result.parts = &part;
    result.n_parts = 1;
    host_table->complete(op, &result);
}

static inline void ECP_CALL finish(void *self, ecp_op op) {
    (void)self;
    finish_with(op, ECP_OK, "");
}

static inline void say(const char *line) {
    const ecp_str message = text(line);
    host_table->log(host_ctx, ECP_LOG_INFO, 0, &message, NULL, 0);
}

/* Of any device, unless its id says that it is not. */
static inline int is_known(const ecp_request *req) {
    return strncmp(req->device_id.ptr, "unknown-", 8) != 0;
}

/* What is not at fault: the registration of a device, and its heartbeat. */
static inline void ECP_CALL healthy(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    finish_with(op, is_known(req) ? ECP_OK : ECP_NOT_FOUND, is_known(req) ? "{\"namespace\":\"default\"}" : "");
}

static inline void ECP_CALL take_heartbeat(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    finish_with(op, is_known(req) ? ECP_OK : ECP_NOT_FOUND, "");
}

static inline void block_for_ever(void) {
    for (;;) pause();
}

/* An instance that starts, stops and answers get_registration, one call at a time. */
#define SERVING_TABLE                                                                                        \
    .struct_size = sizeof(ecp_provider), .abi_minor = ECP_ABI_MINOR, .id = "test.faulty", .version = "1",    \
    .vendor = "edgeconf's tests", .create = make, .start = finish, .stop = finish, .destroy = ignore,        \
    .get_registration = healthy

#define FAULTY_PROVIDER(...)                                                                                 \
    ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);                              \
    ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {                             \
        static const ecp_provider table = {__VA_ARGS__};                                                     \
        (void)host;                                                                                          \
        return &table;                                                                                       \
    }

#define SOUND_TABLE                                                                                          \
    .struct_size = sizeof(ecp_provider), .abi_minor = ECP_ABI_MINOR, .id = "test.faulty", .version = "1",    \
    .vendor = "edgeconf's tests", .create = make, .start = ignore_op, .stop = ignore_op, .destroy = ignore

#endif
