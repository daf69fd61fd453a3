/* The fleet of fleet.h for administrators, without a fault. It is gone with the last instance, so that another one is
 * a place to import to. A bundle: {"device":"ID"}, a line each, two lines a page; {"end":N} is the last. */
#ifndef FAULTY_PROVIDERS_BUNDLE_H
#define FAULTY_PROVIDERS_BUNDLE_H

#include "fleet.h"

#include <stdlib.h>

enum { BUNDLE_MOST = 1 << 20, BUNDLE_PAGE = 2 };

static char bundle_upload[BUNDLE_MOST + 1];
static size_t bundle_size;
static char bundle_token[32]; /* of the upload that is under way */
static int bundle_uploads;
static int instances; /* create and destroy come from one thread */

static inline ecp_status ECP_CALL make_empty(const ecp_host *host, ecp_ctx ctx, const ecp_str *cfg, ecp_diag_fn diag,
                                             void *arg, void **self) {
    if (instances++ == 0) fleet_size = 0;
    return make(host, ctx, cfg, diag, arg, self);
}

static inline void ECP_CALL forget(void *self) {
    (void)self;
    --instances;
}

static inline void tell(ecp_op op, ecp_status status, const char *body, const char *token, const char *message) {
    const ecp_str part = text(body);
    const ecp_kv detail = {text(""), text(message)};
    ecp_result result = {0};
    result.struct_size = sizeof result;
    result.status = status;
    result.parts = &part;
    result.n_parts = body[0] != '\0';
    result.revision = text(token);
    result.message = text(message);
    result.details = &detail;
    result.n_details = status == ECP_INVALID;
    host_table->complete(op, &result);
}

static inline int same_text(const ecp_str *a, const char *b) { return strcmp(a->ptr, b) == 0 && a->len == strlen(b); }

/* The tokens are "1", "2", ...; -1 for any other. */
static inline long page_of(const ecp_str *token) {
    char *end;
    const long page = token->len == 0 ? 0 : strtol(token->ptr, &end, 10);
    if (token->len == 0) return 0;
    return *end == '\0' && page > 0 && (size_t)page * BUNDLE_PAGE <= fleet_size ? page : -1;
}

static inline void export_page(long page, ecp_op op) {
    char body[2048];
    char next[32] = "";
    size_t used = 0;
    const size_t from = (size_t)page * BUNDLE_PAGE;
    size_t i;
    for (i = from; i < fleet_size && i < from + BUNDLE_PAGE; ++i)
        used += (size_t)snprintf(body + used, sizeof body - used, "{\"device\":\"%s\"}\n", fleet_ids[i]);
    if (from + BUNDLE_PAGE <= fleet_size)
        snprintf(next, sizeof next, "%ld", page + 1);
    else
        snprintf(body + used, sizeof body - used, "{\"end\":%lu}\n", (unsigned long)fleet_size);
    tell(op, ECP_OK, body, next, "");
}

/* The id of a device's line, ended there; NULL if it is none. */
static inline char *device_in(char *line) {
    static const char head[] = "{\"device\":\"";
    char *id = line + sizeof head - 1;
    char *end;
    if (strncmp(line, head, sizeof head - 1) != 0) return NULL;
    end = strchr(id, '"');
    if (end == NULL || strcmp(end, "\"}") != 0) return NULL;
    *end = '\0';
    return id;
}

enum { HALVES_ARE_REFUSED = 0, HALVES_ARE_TAKEN = 1, NOTHING_IS_TAKEN = 2 };

static inline void end_upload(ecp_op op, int how) {
    char *rest = bundle_upload;
    char *line;
    char body[100];
    unsigned long declared = 0, found = 0;
    static char ids[FLEET_MOST][FLEET_ID];
    int whole = 0;
    size_t i;
    bundle_token[0] = '\0';
    bundle_upload[bundle_size] = '\0';
    while ((line = strsep(&rest, "\n")) != NULL && line[0] != '\0') {
        char *id = device_in(line);
        whole = id == NULL && sscanf(line, "{\"end\":%lu}", &declared) == 1;
        if (id != NULL && found < FLEET_MOST) strncpy(ids[found++], id, FLEET_ID - 1);
        if (id == NULL && !whole && how != HALVES_ARE_TAKEN) break;
    }
    if (how != HALVES_ARE_TAKEN && (!whole || declared != found)) {
        tell(op, ECP_INVALID, "", "", "this is no bundle, or not a whole one");
        return;
    }
    for (i = 0; i < found && how != NOTHING_IS_TAKEN; ++i)
        if (!fleet_has(ids[i], strcmp)) fleet_add(ids[i]);
    snprintf(body, sizeof body, "{\"devices\":%lu,\"objects\":0,\"skipped\":[]}", found);
    tell(op, ECP_OK, body, "", "");
}

static inline void import_part(const ecp_resource_request *req, ecp_op op, int how) {
    if (req->page_token.len == 0) {
        snprintf(bundle_token, sizeof bundle_token, "upload-%d", ++bundle_uploads);
        bundle_size = 0;
    } else if (bundle_token[0] == '\0' || !same_text(&req->page_token, bundle_token)) {
        tell(op, ECP_NOT_FOUND, "", "", "no such upload");
        return;
    } else if (req->body.len == 0) {
        end_upload(op, how);
        return;
    }
    if (req->body.len > BUNDLE_MOST - bundle_size) {
        tell(op, ECP_UNAVAILABLE, "", "", "the upload is too large");
        return;
    }
    memcpy(bundle_upload + bundle_size, req->body.ptr, (size_t)req->body.len);
    bundle_size += (size_t)req->body.len;
    tell(op, ECP_OK, "", bundle_token, "");
}

static inline void ECP_CALL invoke_soundly(void *self, const ecp_resource_request *req, ecp_op op) {
    (void)self;
    if (same_text(&req->verb, "accept-removals"))
        tell(op, ECP_OK, "{\"put\":0,\"removed\":0}", "", "");
    else if (same_text(&req->verb, "import"))
        import_part(req, op, HALVES_ARE_REFUSED);
    else if (!same_text(&req->verb, "export"))
        tell(op, ECP_UNIMPLEMENTED, "", "", "");
    else if (page_of(&req->page_token) < 0)
        tell(op, ECP_NOT_FOUND, "", "", "no such page");
    else
        export_page(page_of(&req->page_token), op);
}

/* FLEET_TABLE with `function` as its invoke. */
#define ADMINISTERED_PROVIDER(function)                                                                      \
    static const void *ECP_CALL extension(void *self, const char *id) {                                      \
        static const ecp_ext_resources table = {                                                             \
            .struct_size = sizeof table, .kinds = "[]", .invoke = function};                                 \
        (void)self;                                                                                          \
        return strcmp(id, ECP_EXT_RESOURCES) == 0 ? &table : NULL;                                           \
    }                                                                                                        \
    FAULTY_PROVIDER(FLEET_TABLE, .create = make_empty, .destroy = forget, .get_extension = extension)

#endif
