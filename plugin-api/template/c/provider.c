/* A complete provider for the edgeconf host, to copy and to change: it serves the devices of a
 * fixed table. Everything marked YOURS is meant to be replaced; the rest can stay.
 *
 * <ecp/provider.h> is the contract, and the comments there are not repeated here. This provider
 * reads constant data only, so it answers inside each call, from any thread, without a lock. One
 * that waits for a disk or a network sets `dispatch` to ECP_DISPATCH_BLOCKING instead.
 */
#include <ecp/provider.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(literal)                                                                                        \
    { (literal), sizeof(literal) - 1 }

/* ---- YOURS: the store ----------------------------------------------------------------------- */

typedef struct device {
    ecp_str id;
    ecp_str registration; /* answer of get_registration: names the namespace it really lives in */
} device;

static const device inventory[] = {
    {TEXT("line-1-press"), TEXT("{\"namespace\":\"plant-1\"}")},
    {TEXT("line-2-robot"), TEXT("{\"namespace\":\"plant-2\"}")},
};
static const size_t inventory_size = sizeof inventory / sizeof inventory[0];

/* Ids are ASCII, and so is this: tolower() would ask the process's locale. */
static char folded(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

static int same_but_for_case(ecp_str a, ecp_str b) {
    uint64_t i;
    if (a.len != b.len) return 0;
    for (i = 0; i < a.len; ++i)
        if (folded(a.ptr[i]) != folded(b.ptr[i])) return 0;
    return 1;
}

/* The one place that looks a device up. Ids differ when their case does; `twin` says whether there
 * is no such device, but one whose id differs in nothing but case. */
static const device *find(ecp_str id, int *twin) {
    size_t i;
    *twin = 0;
    for (i = 0; i < inventory_size; ++i) {
        const device *candidate = &inventory[i];
        if (!same_but_for_case(candidate->id, id)) continue;
        if (memcmp(candidate->id.ptr, id.ptr, (size_t)id.len) == 0) {
            *twin = 0;
            return candidate;
        }
        *twin = 1;
    }
    return NULL;
}

/* A device acts on what it is sent: a configuration without workloads removes all of them, and one
 * without hardware_profile crashes its worker. So each message has every member below, always; the
 * version is another one whenever the rest is. */
static const ecp_str before_id = TEXT("{\"device_id\":\"");
static const ecp_str before_version = TEXT("\",\"version\":\"");
static const ecp_str before_period = TEXT("\",\"configuration\":{\"heartbeat\":{"
                                          "\"hardware_profile\":{},\"period_seconds\":");
static const ecp_str after_period = TEXT("},\"metrics\":{\"receiver\":{\"request_num_samples\":30000,"
                                         "\"timeout_seconds\":10}},\"mounts\":[]},\"workloads\":[]}");
static const ecp_str no_playbooks = TEXT("[]");

/* ---- an instance, and how it answers -------------------------------------------------------- */

/* The host may run several at once: what one needs is in here, never in a variable of the file. */
typedef struct instance {
    const ecp_host *host;
    ecp_ctx ctx;
    char period[8]; /* seconds between two heartbeats, in decimal */
} instance;

static ecp_str text(const char *s) {
    ecp_str view;
    view.ptr = s;
    view.len = strlen(s);
    return view;
}

static ecp_result result_of(ecp_status status) {
    ecp_result result;
    memset(&result, 0, sizeof result);
    result.struct_size = sizeof result;
    result.status = status;
    return result;
}

static void finish(const instance *self, ecp_op op, ecp_status status, const char *message) {
    ecp_result result = result_of(status);
    result.message = text(message);
    self->host->complete(op, &result);
}

static void unknown(const instance *self, ecp_op op) {
    finish(self, op, ECP_NOT_FOUND, "the device is not in the inventory");
}

static void log_device(const instance *self, int32_t level, ecp_op op, const char *what, ecp_str id) {
    const ecp_str line = text(what);
    ecp_kv field;
    if (!self->host->log_enabled(self->ctx, level)) return;
    field.key = text("device");
    field.value = id;
    self->host->log(self->ctx, level, op, &line, &field, 1);
}

/* ---- the six device calls ------------------------------------------------------------------- */

static void ECP_CALL get_configuration(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    const device *found = find(req->device_id, &twin);
    const ecp_str period = text(((const instance *)self)->period);
    ecp_result result = result_of(ECP_OK);
    ecp_str parts[7];
    if (!found) {
        unknown(self, op);
        return;
    }
    parts[0] = before_id;
    parts[1] = found->id;
    parts[2] = before_version;
    parts[3] = period;
    parts[4] = before_period;
    parts[5] = period;
    parts[6] = after_period;
    result.parts = parts;
    result.n_parts = sizeof parts / sizeof parts[0];
    result.revision = period; /* YOURS: all that can be different about a configuration */
    ((const instance *)self)->host->complete(op, &result);
}

/* Devices are not admitted here: who is in the table exists, nobody else ever will. A store that
 * takes new ones answers ECP_CREATED until somebody has approved them. */
static void ECP_CALL enrol(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    if (find(req->device_id, &twin)) {
        finish(self, op, ECP_OK, "");
    } else if (twin) {
        finish(self, op, ECP_EXISTS, "the id is taken in another case");
    } else {
        log_device(self, ECP_LOG_INFO, op, "turned away a device that is not in the inventory",
                   req->device_id);
        finish(self, op, ECP_DENIED, "the device is not in the inventory");
    }
}

/* Never ECP_REMOVED: nothing in here records that somebody took a device out on purpose. */
static void ECP_CALL get_registration(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    const device *found = find(req->device_id, &twin);
    ecp_result result = result_of(ECP_OK);
    if (!found) {
        unknown(self, op);
        return;
    }
    result.parts = &found->registration;
    result.n_parts = 1;
    ((const instance *)self)->host->complete(op, &result);
}

/* ECP_OK lets the device's certificate out. YOURS: to hold a device to its key, keep the public key
 * of the first certificate request (in the body) and answer ECP_DENIED to any other. */
static void ECP_CALL put_registration(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    if (!find(req->device_id, &twin)) {
        unknown(self, op);
        return;
    }
    log_device(self, ECP_LOG_INFO, op, "registered", req->device_id);
    finish(self, op, ECP_OK, "");
}

/* YOURS: what the body says of the device's state is dropped. */
static void ECP_CALL put_heartbeat(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    if (!find(req->device_id, &twin)) {
        unknown(self, op);
        return;
    }
    finish(self, op, ECP_OK, "");
}

static void ECP_CALL get_playbooks(void *self, const ecp_request *req, ecp_op op) {
    int twin;
    ecp_result result = result_of(ECP_OK);
    if (!find(req->device_id, &twin)) {
        unknown(self, op);
        return;
    }
    result.parts = &no_playbooks;
    result.n_parts = 1;
    ((const instance *)self)->host->complete(op, &result);
}

/* ---- life cycle ----------------------------------------------------------------------------- */

/* YOURS: read the options with a JSON parser. For a single number, whose type and range the host has
 * checked against the schema, a pattern will do. 0: they are something else. */
static unsigned read_period(const ecp_str *cfg) {
    unsigned period = 60;
    int end = 0;
    sscanf(cfg->ptr, " { } %n", &end);
    if (end == 0) sscanf(cfg->ptr, " { \"period\" : %5u } %n", &period, &end);
    return end > 0 && (uint64_t)end == cfg->len && period <= 3600 ? period : 0;
}

static ecp_status refuse(ecp_diag_fn diag, void *arg, ecp_status status, const char *place, const char *why) {
    const ecp_str pointer = text(place);
    const ecp_str finding = text(why);
    diag(arg, ECP_LOG_ERROR, &pointer, &finding);
    return status;
}

static ecp_status ECP_CALL validate(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg) {
    (void)host;
    if (read_period(cfg)) return ECP_OK;
    return refuse(diag, arg, ECP_INVALID, "", "the one option is period, a number of seconds from 1 to 3600");
}

static ecp_status ECP_CALL create(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                  void *arg, void **self) {
    instance *made;
    const ecp_status verdict = validate(host, cfg, diag, arg);
    if (verdict != ECP_OK) return verdict;
    made = malloc(sizeof *made);
    if (!made) return refuse(diag, arg, ECP_INTERNAL, "", "out of memory");
    snprintf(made->period, sizeof made->period, "%u", read_period(cfg));
    made->host = host;
    made->ctx = ctx;
    *self = made;
    return ECP_OK;
}

/* YOURS: connect, load, start threads. A back end that is down is no failure: report it with
 * set_health(), complete with ECP_OK and answer ECP_UNAVAILABLE until it is back. */
static void ECP_CALL start(void *self, ecp_op op) { finish(self, op, ECP_OK, ""); }

/* Every call was answered inside itself, so none is open. YOURS: complete what is, join the threads,
 * and only then complete `op`. */
static void ECP_CALL stop(void *self, ecp_op op) { finish(self, op, ECP_OK, ""); }

static void ECP_CALL destroy(void *self) { free(self); }

/* ---- the table ------------------------------------------------------------------------------ */

/* In the order of ecp_provider. YOURS: id, version, vendor, config_schema. */
static const ecp_provider table = {
    sizeof(ecp_provider),
    ECP_ABI_MINOR,
    "com.example.inventory",
    "0.1.0",
    "Example",
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"period\":{"
    "\"type\":\"integer\",\"minimum\":1,\"maximum\":3600,\"default\":60,"
    "\"description\":\"Seconds between two heartbeats of a device.\"}}}",
    ECP_DISPATCH_NONBLOCKING,
    ECP_CONCURRENCY_ANY,
    0, /* flags */
    0, /* reserved0 */
    validate,
    create,
    start,
    NULL, /* reconfigure: the host makes a second instance and swaps */
    stop,
    destroy,
    NULL, /* cancel: nothing here ever waits */
    NULL, /* get_extension: none */
    get_configuration,
    enrol,
    get_registration,
    put_registration,
    put_heartbeat,
    get_playbooks,
};

const ecp_provider *ECP_CALL ecp_provider_entry_v1(const ecp_host *host) {
    (void)host;
    return &table;
}
