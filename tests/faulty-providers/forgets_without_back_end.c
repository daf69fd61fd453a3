/* Takes a back end that is away for an empty one: nobody is registered. */
#include "back_end.h"

static void ECP_CALL registration(void *self, const ecp_request *req, ecp_op op) {
    if (is_away())
        finish_with(op, ECP_NOT_FOUND, "");
    else
        healthy(self, req, op);
}

FAULTY_PROVIDER(BACK_END_TABLE, .get_registration = registration)
