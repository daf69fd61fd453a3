/* Uses a library that the validator happens to hold and does not name it. */
#include "table.h"

extern unsigned long OpenSSL_version_num(void);

static void ECP_CALL begin(void *self, ecp_op op) {
    if (OpenSSL_version_num() != 0) finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = begin)
