/* The table, in C and constant: the host has it before Go's runtime is up. Each function leads to one
 * of bridge.go. */
#include "_cgo_export.h"

#include <stdlib.h>

/* ---- from the host to Go -------------------------------------------------------------------- */

static ecp_status ECP_CALL validate(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host;
    return goValidate(*cfg, diag, arg);
}

static ecp_status ECP_CALL create(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                  void *arg, void **self) {
    ecp_status status;
    instance *made = malloc(sizeof *made);
    if (!made) return ECP_INTERNAL;
    made->host = host;
    made->ctx = ctx;
    made->handle = 0;
    status = goCreate(made, *cfg, diag, arg);
    if (status == ECP_OK)
        *self = made;
    else
        free(made);
    return status;
}

static void ECP_CALL start(void *self, ecp_op op) { goStart(self, op); }
static void ECP_CALL stop(void *self, ecp_op op) { goStop(self, op); }
static void ECP_CALL cancel(void *self, ecp_op op) { goCancel(self, op); }

static void ECP_CALL destroy(void *self) {
    goDestroy(self);
    free(self);
}

#define DEVICE_CALL(name, which)                                                                             \
    static void ECP_CALL name(void *self, const ecp_request *req, ecp_op op) {                               \
        goCall(self, which, (ecp_request *)req, op);                                                         \
    }
DEVICE_CALL(get_configuration, GET_CONFIGURATION)
DEVICE_CALL(enrol, ENROL)
DEVICE_CALL(get_registration, GET_REGISTRATION)
DEVICE_CALL(put_registration, PUT_REGISTRATION)
DEVICE_CALL(put_heartbeat, PUT_HEARTBEAT)
DEVICE_CALL(get_playbooks, GET_PLAYBOOKS)

/* ---- from Go to the host -------------------------------------------------------------------- */

void shim_complete(const instance *self, ecp_op op, ecp_status status, ecp_str body, ecp_str revision,
                   ecp_str message, uint32_t retry_after_ms) {
    const ecp_result result = {
        .struct_size = sizeof result,
        .status = status,
        .parts = &body,
        .n_parts = body.len ? 1 : 0,
        .revision = revision,
        .message = message,
        .retry_after_ms = retry_after_ms,
    };
    self->host->complete(op, &result);
}

void shim_log(const instance *self, int32_t level, ecp_op op, ecp_str message, ecp_str key, ecp_str value) {
    const ecp_kv field = {key, value};
    if (self->host->log_enabled(self->ctx, level))
        self->host->log(self->ctx, level, op, &message, &field, key.len ? 1 : 0);
}

void shim_set_health(const instance *self, int32_t state, ecp_str reason) {
    self->host->set_health(self->ctx, state, &reason);
}

void shim_find(ecp_diag_fn diag, void *arg, ecp_str place, ecp_str what) {
    diag(arg, ECP_LOG_ERROR, &place, &what);
}

uint64_t shim_now(const instance *self) { return self->host->now_ns(); }

/* ---- the table ------------------------------------------------------------------------------ */

/* YOURS: id, version, vendor, config_schema. A call into Go may wait for its garbage collector, so it
 * is made on the host's workers. */
static const ecp_provider table = {
    .struct_size = sizeof table,
    .abi_minor = ECP_ABI_MINOR,
    .id = "com.example.inventory",
    .version = "0.1.0",
    .vendor = "Example",
    .config_schema = "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"period\":{"
                     "\"type\":\"integer\",\"minimum\":1,\"maximum\":3600,\"default\":60,"
                     "\"description\":\"Seconds between two heartbeats of a device.\"}}}",
    .dispatch = ECP_DISPATCH_BLOCKING,
    .max_concurrency = ECP_CONCURRENCY_ANY,
    .validate = validate,
    .create = create,
    .start = start,
    .stop = stop,
    .destroy = destroy,
    .cancel = cancel,
    .get_configuration = get_configuration,
    .enrol = enrol,
    .get_registration = get_registration,
    .put_registration = put_registration,
    .put_heartbeat = put_heartbeat,
    .get_playbooks = get_playbooks,
};

const ecp_provider *ECP_CALL ecp_provider_entry_v1(const ecp_host *host) {
    (void)host;
    return &table;
}
