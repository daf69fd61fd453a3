/* ecp/provider.h - the Edge Configuration Provider ABI, major 1.
 *
 * A provider is a shared library that answers Flotta's Edge Configuration API
 * for the edgeconf host. It exports one function, ecp_provider_entry_v1(),
 * which hands out one table; everything else goes through that table and the
 * host's. C99 or later, C++11 or later; LP64 platforms.
 *
 * These rules hold for every function below, so that none repeats them.
 *
 *   Text     UTF-8, as ecp_str: pointer and length. Strings that the host hands
 *            over are also NUL-terminated at ptr[len] and never NULL. Strings
 *            that a provider hands over need no NUL; {NULL, 0} is empty.
 *   Memory   No ownership crosses. What a caller passes is borrowed: request
 *            data until its operation is completed, everything else until the
 *            function returns. Nobody frees what the other side allocated.
 *   Growth   Every struct begins with its own size, set by whoever filled it
 *            in. A reader looks only at what that size covers (ECP_HAS) and
 *            takes the rest as zero. New members come at the end, and zero
 *            always means "as before". ecp_str and ecp_kv never change.
 *   Failure  No exception, panic or longjmp leaves a provider function.
 *   Process  A provider leaves the process alone: signals, working directory,
 *            umask, locale, environment, standard streams, atexit, fork. Its
 *            threads block all signals. It is never unloaded, and it may be
 *            instantiated more than once, also at the same time.
 *   Threads  [any-thread]   may be called from any thread, also concurrently;
 *            [call-thread]  an I/O thread or a worker, as `dispatch` says, at
 *                           most `max_concurrency` at a time;
 *            [life-thread]  one thread for the instance's whole life cycle; may
 *                           block until the deadline.
 *
 * Operations. A function that takes an ecp_op returns void and finishes by one
 * ecp_host.complete() for that op: from inside the call, or later, from any
 * thread. Exactly once, also when it failed, was cancelled or came too late.
 *
 *   open       the request and its bytes stay valid and unchanged
 *   cancelled  the client is gone, the deadline has passed or the host stops:
 *              hurry, then complete all the same (ECP_CANCELLED or the result)
 *   completed  the request and the op must not be touched any more
 *
 * A second completion, or one for an op that never was, is ignored, counted and
 * logged with the provider's name. If half of the calls within some seconds
 * miss their deadline or break the contract, the host stops asking for a while.
 *
 * This header is a draft: until 1.0 is released it may change, and a host takes
 * only providers that were built with its own ECP_ABI_MINOR.
 */
#ifndef ECP_PROVIDER_H
#define ECP_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32)
#  define ECP_CALL __cdecl
#  define ECP_EXPORT __declspec(dllexport)
#else
#  define ECP_CALL
#  define ECP_EXPORT __attribute__((visibility("default")))
#endif

#define ECP_ABI_MAJOR 1u /* spelt in the entry symbol: a break is a new symbol */
#define ECP_ABI_MINOR 0u /* for messages; decide by ECP_HAS and extension ids */

/* Whether the struct that `p` points to, of type `T`, holds member `f`. */
#define ECP_HAS(T, p, f) ((p)->struct_size >= offsetof(T, f) + sizeof((p)->f))

/* ---- values ------------------------------------------------------------- */

typedef int32_t  ecp_status; /* ECP_OK...; a reader takes unknown values as ECP_INTERNAL */
typedef uint64_t ecp_op;     /* the host's token for one operation; never a pointer; 0 = none */
typedef uint64_t ecp_ctx;    /* the host's token for one instance; 0 = none, as in entry */

typedef struct ecp_str { const char *ptr; uint64_t len; } ecp_str; /* frozen */
typedef struct ecp_kv { ecp_str key; ecp_str value; } ecp_kv;      /* frozen */

enum {
    ECP_OK = 0,
    ECP_CANCELLED = 1,       /* the host asked for it                                       */
    ECP_INVALID = 2,         /* the body does not fit; `details` say where                  */
    ECP_NOT_FOUND = 3,       /* device calls: never seen, pending or denied                 */
    ECP_EXISTS = 4,          /* enrol: the same id in another case exists                   */
    ECP_CONFLICT = 5,        /* another revision, or one that is too old                    */
    ECP_DENIED = 6,          /* deny-list, namespace not allowed, another key               */
    ECP_UNAUTHENTICATED = 7,
    ECP_DEADLINE = 8,        /* the provider itself ran out of time                         */
    ECP_BUSY = 9,            /* a queue or a quota is full; retry_after_ms says when        */
    ECP_UNAVAILABLE = 10,    /* cannot tell at the moment: the store is out of reach        */
    ECP_UNIMPLEMENTED = 11,
    ECP_PRECONDITION = 12,   /* put_registration: not approved yet, or removed              */
    ECP_CORRUPT = 13,        /* what is stored cannot be read                               */
    ECP_INTERNAL = 14,
    ECP_CREATED = 15,        /* enrol: recorded, or still waiting for approval              */
    ECP_REMOVED = 16         /* get_registration: an administrator removed the device. The
                                host may then tell it to wipe itself, data included: never
                                for a device that merely cannot be found                    */
};

enum { ECP_LOG_TRACE = 0, ECP_LOG_DEBUG = 1, ECP_LOG_INFO = 2, ECP_LOG_WARN = 3, ECP_LOG_ERROR = 4 };

enum {
    ECP_HEALTH_UNKNOWN = 0,
    ECP_HEALTH_OK = 1,
    ECP_HEALTH_DEGRADED = 2, /* answers, but something needs a person */
    ECP_HEALTH_DOWN = 3      /* the back end is out of reach          */
};

enum {
    ECP_DISPATCH_BLOCKING = 0,   /* calls may block: the host makes them on its workers     */
    ECP_DISPATCH_NONBLOCKING = 1 /* every call returns within 1 ms: the host may make it on
                                    an I/O thread. Policed: one of 5 ms is a misbehaviour, and
                                    a few of them end the promise: workers from then on     */
};

enum { ECP_METRIC_COUNTER = 0, ECP_METRIC_GAUGE = 1, ECP_METRIC_HISTOGRAM = 2 };

#define ECP_CONCURRENCY_ONE 0u           /* one call at a time                 */
#define ECP_CONCURRENCY_ANY 0xffffffffu  /* as many as the host has threads    */

/* ---- a call, and its result --------------------------------------------- */

typedef struct ecp_request {
    uint32_t struct_size;
    uint32_t flags;       /* unknown bits are ignored; none exist in 1.0 */
    uint64_t deadline_ns; /* on ecp_host.now_ns()'s clock; 0 = none. Past it the host has answered without you */
    ecp_str ns;           /* the path's namespace: a hint, not the truth; a DNS label */
    ecp_str device_id;    /* 1 to 253 of A-Z a-z 0-9 . _ : -, not "." or ".." */
    ecp_str body;         /* one JSON object, or empty for a call without body */
    ecp_str trace;        /* W3C traceparent, or empty */
} ecp_request;

typedef struct ecp_result {
    uint32_t struct_size;
    ecp_status status;
    const ecp_str *parts; /* the body as pieces in order, so that shared ones need no copy */
    uint64_t n_parts;
    ecp_str revision;     /* opaque version of what was read or written */
    ecp_str message;      /* for the operator's log; never sent to a device. No secrets */
    ecp_str next_page;    /* list: token of the next page, or empty */
    uint32_t retry_after_ms;
    uint32_t flags;       /* none in 1.0 */
    const ecp_kv *details; /* ECP_INVALID: key = JSON Pointer into the body, value = what is wrong
                              there. The client is told: write of its body and of nothing else */
    uint64_t n_details;
} ecp_result;

/* ---- what the host offers ------------------------------------------------ */

/* The table is immortal. Every function is [any-thread], never blocks, never
 * calls back into the provider on the same stack, and may be called inside a
 * provider call and under the provider's own locks. */
typedef struct ecp_host {
    uint32_t struct_size;
    uint32_t abi_minor;

    /* Nanoseconds on a clock that never goes back; deadlines count on it. */
    uint64_t (ECP_CALL *now_ns)(void);

    /* Finishes `op`. Copies what `result` points to before it returns. */
    void (ECP_CALL *complete)(ecp_op op, const ecp_result *result);

    /* Non-zero once `op` should hurry; also for an op that is already gone. */
    int32_t (ECP_CALL *is_cancelled)(ecp_op op);

    /* Whether a line at `level` would be written: ask before costly formatting. */
    int32_t (ECP_CALL *log_enabled)(ecp_ctx ctx, int32_t level);

    /* One line for the operator. `op` ties it to a request, or is 0. In entry,
     * `ctx` is 0, and an error line becomes the reason of a refusal. */
    void (ECP_CALL *log)(ecp_ctx ctx, int32_t level, ecp_op op, const ecp_str *msg,
                         const ecp_kv *kv, uint64_t n_kv);

    /* Tells the host how the back end is. The state before the first call is ECP_HEALTH_OK. */
    void (ECP_CALL *set_health)(ecp_ctx ctx, int32_t state, const ecp_str *reason);

    /* A metric of this instance; the name is of a-z, 0-9 and _, the host
     * prefixes it, and may refuse (0) past a limit. A name that exists already gives the same metric. */
    uint32_t (ECP_CALL *metric_register)(ecp_ctx ctx, int32_t kind, const ecp_str *name,
                                         const ecp_str *help);

    /* Counter: adds `value` >= 0. Gauge: sets it. Histogram: observes seconds. */
    void (ECP_CALL *metric_record)(ecp_ctx ctx, uint32_t metric, double value);

    /* A table of the extension `id` ("ecp.host.NAME/REV"), or NULL. */
    const void *(ECP_CALL *get_extension)(ecp_ctx ctx, const char *id);
} ecp_host;

/* ---- what a provider offers ---------------------------------------------- */

/* Flags of ecp_provider. */
enum { ECP_PROVIDER_EXCLUSIVE = 1 /* one instance at a time: a reload needs reconfigure */ };

/* Receives one finding about the options. `level` is an ECP_LOG_ value,
 * `json_pointer` the option's place ("" = the whole), `message` what is wrong
 * and what to do. May be called any number of times while validate, create or
 * reconfigure has not returned. */
typedef void (ECP_CALL *ecp_diag_fn)(void *arg, int32_t level, const ecp_str *json_pointer,
                                     const ecp_str *message);

/* A device call: `self` as create made it. [call-thread] */
typedef void (ECP_CALL *ecp_call_fn)(void *self, const ecp_request *req, ecp_op op);

/* Static and constant in the provider; the host copies min(its own size, struct_size).
 *
 * An instance lives: create, start, calls, stop, destroy. `stop` comes when the
 * host makes no more calls and has cancelled the open ones; the provider
 * completes every open op, then stop's; after that none of its threads calls
 * the host. What a call did before it returned is visible to `stop` without a
 * lock. `destroy` follows only then; after a stop that missed its deadline it
 * never comes, and the process ends. */
typedef struct ecp_provider {
    uint32_t struct_size;
    uint32_t abi_minor;        /* ECP_ABI_MINOR of the header it was built with */
    const char *id;            /* reverse DNS: "com.example.inventory" */
    const char *version;
    const char *vendor;
    const char *config_schema; /* JSON Schema of the options, or NULL. "format": "path" marks a
                                  path: the host makes it absolute before the provider sees it */
    uint32_t dispatch;         /* ECP_DISPATCH_... */
    uint32_t max_concurrency;  /* device calls inside the provider at the same time: ECP_CONCURRENCY_... or a number */
    uint32_t flags;
    uint32_t reserved0;        /* zero */

    /* Judges `cfg`, the options as one JSON object with secrets in place and
     * already checked against config_schema. Makes no instance and changes
     * nothing. ECP_OK, or ECP_INVALID with at least one finding at
     * ECP_LOG_ERROR. create takes what it accepts; what it refuses never comes
     * to serve: create or start fails. May be NULL. [any-thread] */
    ecp_status (ECP_CALL *validate)(const ecp_host *host, const ecp_str *cfg, ecp_diag_fn diag, void *arg);

    /* Makes an instance and leaves it in *self; on anything but ECP_OK nothing
     * remains of it. Findings as in validate. [life-thread] */
    ecp_status (ECP_CALL *create)(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg,
                                  ecp_diag_fn diag, void *arg, void **self);

    /* Connects, loads, starts threads. With its back end down it completes with
     * ECP_OK and health DOWN; it fails only for what cannot mend itself. [life-thread] */
    void (ECP_CALL *start)(void *self, ecp_op op);

    /* Takes new options, all or nothing: on failure the old ones go on. Reads go on meanwhile.
     * Comes with every reload, with the same options too: read again what they name.
     * NULL: the host makes a second instance and swaps if they differ. [life-thread] */
    void (ECP_CALL *reconfigure)(void *self, const ecp_str *cfg, ecp_op op);

    void (ECP_CALL *stop)(void *self, ecp_op op); /* [life-thread] */
    void (ECP_CALL *destroy)(void *self);         /* [life-thread] */

    /* At most once an op, may race with its completion, must not block. May be NULL. [any-thread] */
    void (ECP_CALL *cancel)(void *self, ecp_op op);

    /* A table of the extension `id` ("ecp.NAME/REV"), the same one each time,
     * or NULL; also NULL for an id with anything behind it. May be NULL. [any-thread] */
    const void *(ECP_CALL *get_extension)(void *self, const char *id);

    /* The six device calls; a NULL slot answers ECP_UNIMPLEMENTED. All of them
     * find a device by its id, without regard to `ns`, and any may answer
     * ECP_UNAVAILABLE. The host turns the status into HTTP.
     *
     * get_configuration  OK: body = Flotta's device-configuration-message, complete, and its
     *                    `revision`; NOT_FOUND unless the device is known (it has been approved).
     * enrol              body: enrolment-info. OK: the device exists; CREATED: recorded or still
     *                    waiting; DENIED; EXISTS: case twin; BUSY: too many are waiting.
     * get_registration   OK: body = {"namespace": "..."}, the device's true one, for a device that
     *                    may register or has; NOT_FOUND: never seen, pending, denied; REMOVED.
     * put_registration   body: registration-info. Anything but OK withholds the device's
     *                    certificate: NOT_FOUND never seen, PRECONDITION pending or removed,
     *                    DENIED denied or another key.
     * put_heartbeat      body: heartbeat; may arrive more than once. OK, or NOT_FOUND.
     * get_playbooks      OK: body = the playbook-executions-response array; NOT_FOUND. */
    ecp_call_fn get_configuration;
    ecp_call_fn enrol;
    ecp_call_fn get_registration;
    ecp_call_fn put_registration;
    ecp_call_fn put_heartbeat;
    ecp_call_fn get_playbooks;
} ecp_provider; /* 1.x appends here and nowhere else */

/* ---- extension: administration ------------------------------------------- */

/* Optional. Lets the host serve a provider's objects to administrators. The host
 * asks for it once, after create. A NULL slot answers ECP_UNIMPLEMENTED.
 *
 * Verbs of `invoke`, each with the members of the request that count for it;
 * the others are empty. `deadline_ns` and `principal` are always there. The
 * host makes one such call at a time, on the life thread and not beside start,
 * reconfigure or stop; it may be cancelled like a device call. INVALID comes
 * with details: the key is a JSON Pointer or empty, the value a sentence that
 * names file, line or object where there is one. They and the message are shown
 * to the administrator.
 *
 * accept-removals  none. Reads the desired state again and takes it over even if much of it is gone.
 *                  OK: body = {"put": n, "removed": n}; on anything else nothing has changed.
 *                  PRECONDITION: more is gone than the administrator was told before; the message
 *                  tells, and the next call accepts that much.
 * export           page_token: empty for the first page. OK: body = the bundle's next lines (JSON
 *                  Lines, whole ones), a few MB at most; revision = the next page's token, empty
 *                  after the last. Holds Secrets in clear.
 * import           A bundle, or what `kubectl get -o yaml` or `-o json` prints, in pieces cut anywhere.
 *                    page_token empty, body = first bytes: a new upload; it may end one that never
 *                      came to its end. OK: revision = its token.
 *                    page_token and body: the bytes that follow. OK.
 *                    page_token, body empty: the end. Takes all of it over or nothing. OK: body =
 *                      {"devices": n, "objects": n, "skipped": ["why", ...]}; on anything else nothing
 *                      has changed. NOT_FOUND: no such upload.
 *
 * A token is at most 1,024 bytes of any kind, and not empty.
 *
 * The deadline is provider.deadlines.administration, and for accept-removals and
 * the end of an import, which may read a whole fleet, provider.deadlines.reconfigure. */
#define ECP_EXT_RESOURCES "ecp.resources/1"

enum { ECP_RES_DRY_RUN = 1, ECP_RES_CREATE_ONLY = 2 }; /* flags of put */

typedef struct ecp_resource_request {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t deadline_ns;
    ecp_str kind;
    ecp_str ns;          /* empty: every namespace */
    ecp_str name;        /* empty: list */
    ecp_str subresource; /* "", "status", "rendered" (get only, without side effect) */
    ecp_str revision;    /* put, remove: the expected one, empty = unconditional; watch: from where */
    ecp_str body;        /* put: the whole object; invoke: the verb's arguments */
    ecp_str verb;        /* invoke: "plan", "approve", "deny", "decommission", "forget",
                            "reset-identity", "accept-removals", "export", "import" */
    ecp_str label_selector;
    ecp_str field_selector;
    ecp_str page_token;
    ecp_str principal;   /* who asks; already authorised by the host */
    uint32_t page_size;
    uint32_t reserved0;
} ecp_resource_request;

typedef void (ECP_CALL *ecp_resource_fn)(void *self, const ecp_resource_request *req, ecp_op op);

typedef struct ecp_ext_resources {
    uint32_t struct_size;
    uint32_t reserved0;
    const char *kinds; /* JSON: names, OpenAPI v3 schemas and table columns of every kind; static */
    ecp_resource_fn get;
    ecp_resource_fn list;
    ecp_resource_fn put;
    ecp_resource_fn remove;
    ecp_resource_fn invoke;
    ecp_resource_fn watch; /* stays open until cancelled; too old a revision: ECP_CONFLICT */
} ecp_ext_resources;

/* Host side of a watch: where its events go. */
#define ECP_HOST_EXT_WATCH "ecp.host.watch/1"

enum { ECP_EVENT_ADDED = 1, ECP_EVENT_MODIFIED = 2, ECP_EVENT_DELETED = 3, ECP_EVENT_BOOKMARK = 4 };

typedef struct ecp_event {
    uint32_t struct_size;
    int32_t type; /* ECP_EVENT_... */
    ecp_str kind;
    ecp_str ns;
    ecp_str name;
    ecp_str revision;
    ecp_str object; /* JSON */
} ecp_event;

typedef struct ecp_host_watch {
    uint32_t struct_size;
    uint32_t reserved0;
    void (ECP_CALL *event)(ecp_op watch_op, const ecp_event *event);
} ecp_host_watch;

/* ---- entry ---------------------------------------------------------------- */

/* The only symbol that a provider exports. Pure: no thread, no I/O, no
 * allocation. The same table at each call. NULL refuses this host: log the
 * reason first. [any-thread] */
ECP_EXPORT const ecp_provider *ECP_CALL ecp_provider_entry_v1(const ecp_host *host);

#ifdef __cplusplus
}
#endif
#endif /* ECP_PROVIDER_H */
