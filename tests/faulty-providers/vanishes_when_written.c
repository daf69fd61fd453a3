/* Takes a device out while it writes down what that one told, and puts it back: who reads meanwhile finds none. */
#include "worker.h"

static int writers;

static int is_written_down(const ecp_request *req) { return strncmp(req->device_id.ptr, "camera-", 7) == 0; }

static void ECP_CALL heartbeat(void *self, const ecp_request *req, ecp_op op) {
    if (is_written_down(req)) __atomic_add_fetch(&writers, 1, __ATOMIC_SEQ_CST);
    pause_shortly();
    if (is_written_down(req)) __atomic_sub_fetch(&writers, 1, __ATOMIC_SEQ_CST);
    take_heartbeat(self, req, op);
}

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (is_written_down(req) && __atomic_load_n(&writers, __ATOMIC_SEQ_CST) != 0)
        finish_with(op, ECP_NOT_FOUND, "");
    else
        healthy(self, req, op);
}

FAULTY_PROVIDER(WORKER_TABLE, .put_heartbeat = heartbeat, .get_registration = registration)
