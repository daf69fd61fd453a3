/* Its answers are incomplete. A device's id says what is wrong with its own; "good" gets sound ones. */
#include "table.h"

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

static void answer_from(const struct answer *all, size_t count, const ecp_request *req, ecp_op op) {
    size_t i;
    for (i = 0; i < count; ++i)
        if (strcmp(all[i].device_id, req->device_id.ptr) == 0) {
            finish_with(op, ECP_OK, all[i].body);
            return;
        }
    finish_with(op, ECP_NOT_FOUND, "");
}

static void ECP_CALL configuration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    answer_from(configurations, sizeof configurations / sizeof *configurations, req, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    answer_from(registrations, sizeof registrations / sizeof *registrations, req, op);
}

static void ECP_CALL get_playbooks(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    answer_from(playbooks, sizeof playbooks / sizeof *playbooks, req, op);
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
