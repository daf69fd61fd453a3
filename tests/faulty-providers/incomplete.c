/* Its answers are incomplete. A device's id says what is wrong with its own; "good" gets sound ones, and so does
 * every other for the calls that its id says nothing of. */
#include "table.h"

#include <stdio.h>

struct answer {
    const char *device_id;
    const char *body;
};

#define PROFILE "{\"heartbeat\":{\"hardware_profile\":{}}}"

static const struct answer configurations[] = {
    {"good", "{\"device_id\":\"good\",\"configuration\":" PROFILE ",\"workloads\":[]}"},
    {"nothing", ""},
    {"no-json", "{\"device_id\":"},
    {"null", "null"},
    {"an-array", "[]"},
    {"no-device", "{\"configuration\":" PROFILE ",\"workloads\":[]}"},
    {"another-device", "{\"device_id\":\"good\",\"configuration\":" PROFILE ",\"workloads\":[]}"},
    {"no-configuration", "{\"device_id\":\"no-configuration\",\"workloads\":[]}"},
    {"no-heartbeat", "{\"device_id\":\"no-heartbeat\",\"configuration\":{},\"workloads\":[]}"},
    {"no-profile", "{\"device_id\":\"no-profile\",\"configuration\":{\"heartbeat\":{}},\"workloads\":[]}"},
    {"null-profile",
     "{\"device_id\":\"null-profile\",\"configuration\":{\"heartbeat\":{\"hardware_profile\":null}},"
     "\"workloads\":[]}"},
    {"null-mounts",
     "{\"device_id\":\"null-mounts\",\"configuration\":{\"heartbeat\":{\"hardware_profile\":{}},"
     "\"mounts\":null},\"workloads\":[]}"},
    {"null-secrets",
     "{\"device_id\":\"null-secrets\",\"configuration\":" PROFILE ",\"workloads\":[],\"secrets\":null}"},
    {"no-workloads", "{\"device_id\":\"no-workloads\",\"configuration\":" PROFILE "}"},
    {"null-workloads", "{\"device_id\":\"null-workloads\",\"configuration\":" PROFILE ",\"workloads\":null}"},
    {"null-workload", "{\"device_id\":\"null-workload\",\"configuration\":" PROFILE ",\"workloads\":[null]}"},
    {"half-workload",
     "{\"device_id\":\"half-workload\",\"configuration\":" PROFILE ",\"workloads\":[{\"name\":\"a\"}]}"},
};

static const struct answer registrations[] = {
    {"good", "{\"namespace\":\"default\"}"},
    {"nothing", ""},
    {"null", "null"},
    {"no-namespace", "{}"},
    {"null-namespace", "{\"namespace\":null}"},
    {"empty-namespace", "{\"namespace\":\"\"}"},
    {"bad-namespace", "{\"namespace\":\"../x\"}"},
    {"quote", "{\"namespace\":\"a\\\"b\"}"},
};

static const struct answer playbooks[] = {
    {"good", "[]"},
    {"nothing", ""},
    {"null", "null"},
    {"an-object", "{}"},
    {"null-playbook", "[null]"},
    {"half-playbook", "[{\"name\":\"a\"}]"},
};

static const char *answer_of(const struct answer *all, size_t count, const char *device_id) {
    size_t i;
    for (i = 0; i < count; ++i)
        if (strcmp(all[i].device_id, device_id) == 0) return all[i].body;
    return NULL;
}

#define BODY_OF(table, id) answer_of(table, sizeof table / sizeof *table, id)

static int has_any(const char *id) {
    return BODY_OF(configurations, id) != NULL || BODY_OF(registrations, id) != NULL ||
           BODY_OF(playbooks, id) != NULL;
}

static void answer_with(const ecp_request *req, ecp_op op, const char *body, const char *sound_one) {
    ecp_str part;
    ecp_result result = {0};
    if (body == NULL && has_any(req->device_id.ptr)) body = sound_one;
    part = text(body == NULL ? "" : body);
    result.struct_size = sizeof result;
    result.status = body == NULL ? ECP_NOT_FOUND : ECP_OK;
    result.parts = &part;
    result.n_parts = 1;
    result.revision = text("1");
    host_table->complete(op, &result);
}

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    char sound_one[400];
    (void)self;
    snprintf(sound_one, sizeof sound_one,
             "{\"device_id\":\"%s\",\"configuration\":" PROFILE ",\"workloads\":[]}", req->device_id.ptr);
    answer_with(req, op, BODY_OF(configurations, req->device_id.ptr), sound_one);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    answer_with(req, op, BODY_OF(registrations, req->device_id.ptr), "{\"namespace\":\"default\"}");
}

static void ECP_CALL get_playbooks(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    answer_with(req, op, BODY_OF(playbooks, req->device_id.ptr), "[]");
}

static const ecp_provider serving = {SERVING_TABLE};

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static ecp_provider table;
    (void)host;
    table = serving;
    table.get_configuration = configuration;
    table.get_registration = registration;
    table.get_playbooks = get_playbooks;
    return &table;
}
