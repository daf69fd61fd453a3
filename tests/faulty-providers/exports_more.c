/* Exports a function beside its entry. */
#include "table.h"

ECP_EXPORT int helper(void);
ECP_EXPORT int helper(void) { return 1; }

FAULTY_PROVIDER(SERVING_TABLE)
