/* A small fleet without a fault, for the providers of this folder to spoil: whoever enrols is let in, and every
 * camera-... is. It lives as long as the process. */
#ifndef FAULTY_PROVIDERS_FLEET_H
#define FAULTY_PROVIDERS_FLEET_H

#include "table.h"

#include <pthread.h>
#include <stdio.h>
#include <strings.h>

enum { FLEET_MOST = 4096, FLEET_ID = 254 };

static char fleet_ids[FLEET_MOST][FLEET_ID];
static size_t fleet_size;
static pthread_mutex_t fleet_lock = PTHREAD_MUTEX_INITIALIZER;

typedef int (*fleet_same)(const char *, const char *); /* strcmp, or strcasecmp */

static inline int fleet_has(const char *id, fleet_same same) {
    size_t i;
    int found = strncmp(id, "camera-", 7) == 0;
    pthread_mutex_lock(&fleet_lock);
    for (i = 0; i < fleet_size && !found; ++i) found = same(fleet_ids[i], id) == 0;
    pthread_mutex_unlock(&fleet_lock);
    return found;
}

static inline int fleet_knows(const ecp_request *req) { return fleet_has(req->device_id.ptr, strcmp); }

/* 0 where there is no place left. */
static inline int fleet_add(const char *id) {
    int added;
    pthread_mutex_lock(&fleet_lock);
    added = fleet_size < FLEET_MOST;
    if (added) strncpy(fleet_ids[fleet_size++], id, FLEET_ID - 1);
    pthread_mutex_unlock(&fleet_lock);
    return added;
}

static inline ecp_status fleet_admit(const ecp_request *req) {
    if (fleet_knows(req)) return ECP_OK;
    if (fleet_has(req->device_id.ptr, strcasecmp)) return ECP_EXISTS;
    return fleet_add(req->device_id.ptr) ? ECP_OK : ECP_BUSY;
}

static inline void fleet_answer(const ecp_request *req, ecp_op op, const char *body) {
    finish_with(op, fleet_knows(req) ? ECP_OK : ECP_NOT_FOUND, fleet_knows(req) ? body : "");
}

static inline void ECP_CALL fleet_enrol(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    finish_with(op, fleet_admit(req), "");
}

static inline void ECP_CALL fleet_registration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    fleet_answer(req, op, "{\"namespace\":\"default\"}");
}

/* put_registration and put_heartbeat */
static inline void ECP_CALL fleet_take(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    fleet_answer(req, op, "");
}

static inline void fleet_configure(const ecp_request *req, ecp_op op, const char *id, const char *revision) {
    char body[512];
    ecp_str part;
    ecp_result result = {0};
    snprintf(body, sizeof body,
             "{\"device_id\":\"%s\",\"configuration\":{\"heartbeat\":{\"hardware_profile\":{}}},\"workloads\":[]}", id);
    part = text(body);
    result.struct_size = sizeof result;
    result.status = fleet_knows(req) ? ECP_OK : ECP_NOT_FOUND;
    result.parts = &part;
    result.n_parts = result.status == ECP_OK;
    if (result.status == ECP_OK) result.revision = text(revision);
    host_table->complete(op, &result);
}

static inline void ECP_CALL fleet_configuration(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    fleet_configure(req, op, req->device_id.ptr, "1");
}

static inline void ECP_CALL fleet_playbooks(void *self, const ecp_request *req, ecp_op op) {
    (void)self;
    fleet_answer(req, op, "[]");
}

#define FLEET_TABLE                                                                                          \
    SERVING_TABLE, .enrol = fleet_enrol, .get_registration = fleet_registration,                             \
                   .put_registration = fleet_take, .get_configuration = fleet_configuration,                 \
                   .put_heartbeat = fleet_take, .get_playbooks = fleet_playbooks

#endif
