/* The binary layout of ABI major 1 on x86-64 and AArch64 Linux, written down once more: a provider
 * that was built long ago has these numbers in its code. A new member at the end of a struct adds a
 * line here; any other change of a line is a break. Members are in order of their offsets, so that
 * one put in between moves the next.
 */
#include <ecp/provider.h>

#include <assert.h>

#if !defined(__LP64__) || !(defined(__x86_64__) || defined(__aarch64__))
#error "no layout is on record for this platform"
#endif
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "no layout is on record for big-endian");

#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes), "size of " #type)
#define TYPE(expression, ...) _Generic((expression), __VA_ARGS__ : 1, default : 0)
#define MEMBER(type, offset, member, ...)                                                                    \
    static_assert(offsetof(type, member) == (offset), "offset of " #type "." #member);                       \
    static_assert(TYPE(((type *)0)->member, __VA_ARGS__), "type of " #type "." #member)
#define VALUE(name, number) static_assert((name) == (number), "value of " #name)

static_assert(TYPE((ecp_status)0, int32_t), "type of ecp_status");
static_assert(TYPE((ecp_op)0, uint64_t), "type of ecp_op");
static_assert(TYPE((ecp_ctx)0, uint64_t), "type of ecp_ctx");

typedef void (*diag_fn)(void *, int32_t, const ecp_str *, const ecp_str *);
typedef void (*call_fn)(void *, const ecp_request *, uint64_t);
typedef void (*resource_fn)(void *, const ecp_resource_request *, uint64_t);

static_assert(TYPE(&ecp_provider_entry_v1, const ecp_provider *(*)(const ecp_host *)), "type of the entry");

SIZE(ecp_str, 16);
MEMBER(ecp_str, 0, ptr, const char *);
MEMBER(ecp_str, 8, len, uint64_t);

SIZE(ecp_kv, 32);
MEMBER(ecp_kv, 0, key, ecp_str);
MEMBER(ecp_kv, 16, value, ecp_str);

SIZE(ecp_request, 80);
MEMBER(ecp_request, 0, struct_size, uint32_t);
MEMBER(ecp_request, 4, flags, uint32_t);
MEMBER(ecp_request, 8, deadline_ns, uint64_t);
MEMBER(ecp_request, 16, ns, ecp_str);
MEMBER(ecp_request, 32, device_id, ecp_str);
MEMBER(ecp_request, 48, body, ecp_str);
MEMBER(ecp_request, 64, trace, ecp_str);

SIZE(ecp_result, 96);
MEMBER(ecp_result, 0, struct_size, uint32_t);
MEMBER(ecp_result, 4, status, int32_t);
MEMBER(ecp_result, 8, parts, const ecp_str *);
MEMBER(ecp_result, 16, n_parts, uint64_t);
MEMBER(ecp_result, 24, revision, ecp_str);
MEMBER(ecp_result, 40, message, ecp_str);
MEMBER(ecp_result, 56, next_page, ecp_str);
MEMBER(ecp_result, 72, retry_after_ms, uint32_t);
MEMBER(ecp_result, 76, flags, uint32_t);
MEMBER(ecp_result, 80, details, const ecp_kv *);
MEMBER(ecp_result, 88, n_details, uint64_t);

SIZE(ecp_host, 80);
MEMBER(ecp_host, 0, struct_size, uint32_t);
MEMBER(ecp_host, 4, abi_minor, uint32_t);
MEMBER(ecp_host, 8, now_ns, uint64_t (*)(void));
MEMBER(ecp_host, 16, complete, void (*)(uint64_t, const ecp_result *));
MEMBER(ecp_host, 24, is_cancelled, int32_t (*)(uint64_t));
MEMBER(ecp_host, 32, log_enabled, int32_t (*)(uint64_t, int32_t));
MEMBER(ecp_host, 40, log, void (*)(uint64_t, int32_t, uint64_t, const ecp_str *, const ecp_kv *, uint64_t));
MEMBER(ecp_host, 48, set_health, void (*)(uint64_t, int32_t, const ecp_str *));
MEMBER(ecp_host, 56, metric_register, uint32_t (*)(uint64_t, int32_t, const ecp_str *, const ecp_str *));
MEMBER(ecp_host, 64, metric_record, void (*)(uint64_t, uint32_t, double));
MEMBER(ecp_host, 72, get_extension, const void *(*)(uint64_t, const char *));

SIZE(ecp_provider, 168);
MEMBER(ecp_provider, 0, struct_size, uint32_t);
MEMBER(ecp_provider, 4, abi_minor, uint32_t);
MEMBER(ecp_provider, 8, id, const char *);
MEMBER(ecp_provider, 16, version, const char *);
MEMBER(ecp_provider, 24, vendor, const char *);
MEMBER(ecp_provider, 32, config_schema, const char *);
MEMBER(ecp_provider, 40, dispatch, uint32_t);
MEMBER(ecp_provider, 44, max_concurrency, uint32_t);
MEMBER(ecp_provider, 48, flags, uint32_t);
MEMBER(ecp_provider, 52, reserved0, uint32_t);
MEMBER(ecp_provider, 56, validate, int32_t (*)(const ecp_host *, const ecp_str *, diag_fn, void *));
MEMBER(ecp_provider, 64, create,
       int32_t (*)(const ecp_host *, uint64_t, const ecp_str *, diag_fn, void *, void **));
MEMBER(ecp_provider, 72, start, void (*)(void *, uint64_t));
MEMBER(ecp_provider, 80, reconfigure, void (*)(void *, const ecp_str *, uint64_t));
MEMBER(ecp_provider, 88, stop, void (*)(void *, uint64_t));
MEMBER(ecp_provider, 96, destroy, void (*)(void *));
MEMBER(ecp_provider, 104, cancel, void (*)(void *, uint64_t));
MEMBER(ecp_provider, 112, get_extension, const void *(*)(void *, const char *));
MEMBER(ecp_provider, 120, get_configuration, call_fn);
MEMBER(ecp_provider, 128, enrol, call_fn);
MEMBER(ecp_provider, 136, get_registration, call_fn);
MEMBER(ecp_provider, 144, put_registration, call_fn);
MEMBER(ecp_provider, 152, put_heartbeat, call_fn);
MEMBER(ecp_provider, 160, get_playbooks, call_fn);

SIZE(ecp_resource_request, 200);
MEMBER(ecp_resource_request, 0, struct_size, uint32_t);
MEMBER(ecp_resource_request, 4, flags, uint32_t);
MEMBER(ecp_resource_request, 8, deadline_ns, uint64_t);
MEMBER(ecp_resource_request, 16, kind, ecp_str);
MEMBER(ecp_resource_request, 32, ns, ecp_str);
MEMBER(ecp_resource_request, 48, name, ecp_str);
MEMBER(ecp_resource_request, 64, subresource, ecp_str);
MEMBER(ecp_resource_request, 80, revision, ecp_str);
MEMBER(ecp_resource_request, 96, body, ecp_str);
MEMBER(ecp_resource_request, 112, verb, ecp_str);
MEMBER(ecp_resource_request, 128, label_selector, ecp_str);
MEMBER(ecp_resource_request, 144, field_selector, ecp_str);
MEMBER(ecp_resource_request, 160, page_token, ecp_str);
MEMBER(ecp_resource_request, 176, principal, ecp_str);
MEMBER(ecp_resource_request, 192, page_size, uint32_t);
MEMBER(ecp_resource_request, 196, reserved0, uint32_t);

SIZE(ecp_ext_resources, 64);
MEMBER(ecp_ext_resources, 0, struct_size, uint32_t);
MEMBER(ecp_ext_resources, 4, reserved0, uint32_t);
MEMBER(ecp_ext_resources, 8, kinds, const char *);
MEMBER(ecp_ext_resources, 16, get, resource_fn);
MEMBER(ecp_ext_resources, 24, list, resource_fn);
MEMBER(ecp_ext_resources, 32, put, resource_fn);
MEMBER(ecp_ext_resources, 40, remove, resource_fn);
MEMBER(ecp_ext_resources, 48, invoke, resource_fn);
MEMBER(ecp_ext_resources, 56, watch, resource_fn);

SIZE(ecp_event, 88);
MEMBER(ecp_event, 0, struct_size, uint32_t);
MEMBER(ecp_event, 4, type, int32_t);
MEMBER(ecp_event, 8, kind, ecp_str);
MEMBER(ecp_event, 24, ns, ecp_str);
MEMBER(ecp_event, 40, name, ecp_str);
MEMBER(ecp_event, 56, revision, ecp_str);
MEMBER(ecp_event, 72, object, ecp_str);

SIZE(ecp_host_watch, 16);
MEMBER(ecp_host_watch, 0, struct_size, uint32_t);
MEMBER(ecp_host_watch, 4, reserved0, uint32_t);
MEMBER(ecp_host_watch, 8, event, void (*)(uint64_t, const ecp_event *));

VALUE(ECP_OK, 0);
VALUE(ECP_CANCELLED, 1);
VALUE(ECP_INVALID, 2);
VALUE(ECP_NOT_FOUND, 3);
VALUE(ECP_EXISTS, 4);
VALUE(ECP_CONFLICT, 5);
VALUE(ECP_DENIED, 6);
VALUE(ECP_UNAUTHENTICATED, 7);
VALUE(ECP_DEADLINE, 8);
VALUE(ECP_BUSY, 9);
VALUE(ECP_UNAVAILABLE, 10);
VALUE(ECP_UNIMPLEMENTED, 11);
VALUE(ECP_PRECONDITION, 12);
VALUE(ECP_CORRUPT, 13);
VALUE(ECP_INTERNAL, 14);
VALUE(ECP_CREATED, 15);
VALUE(ECP_REMOVED, 16);

VALUE(ECP_LOG_TRACE, 0);
VALUE(ECP_LOG_DEBUG, 1);
VALUE(ECP_LOG_INFO, 2);
VALUE(ECP_LOG_WARN, 3);
VALUE(ECP_LOG_ERROR, 4);

VALUE(ECP_HEALTH_UNKNOWN, 0);
VALUE(ECP_HEALTH_OK, 1);
VALUE(ECP_HEALTH_DEGRADED, 2);
VALUE(ECP_HEALTH_DOWN, 3);

VALUE(ECP_DISPATCH_BLOCKING, 0);
VALUE(ECP_DISPATCH_NONBLOCKING, 1);

VALUE(ECP_METRIC_COUNTER, 0);
VALUE(ECP_METRIC_GAUGE, 1);
VALUE(ECP_METRIC_HISTOGRAM, 2);

VALUE(ECP_PROVIDER_EXCLUSIVE, 1);

VALUE(ECP_RES_DRY_RUN, 1);
VALUE(ECP_RES_CREATE_ONLY, 2);

VALUE(ECP_EVENT_ADDED, 1);
VALUE(ECP_EVENT_MODIFIED, 2);
VALUE(ECP_EVENT_DELETED, 3);
VALUE(ECP_EVENT_BOOKMARK, 4);

VALUE(ECP_CONCURRENCY_ONE, 0u);
VALUE(ECP_CONCURRENCY_ANY, 0xffffffffu);
VALUE(ECP_ABI_MAJOR, 1u);
