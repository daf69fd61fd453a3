/* Its calls wait for the back end, however long that is away. */
#include "back_end.h"

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    wait_for_back_end();
    healthy(self, req, op);
}

FAULTY_PROVIDER(BACK_END_TABLE, .get_registration = registration)
