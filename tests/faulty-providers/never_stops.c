/* Its stop is never completed. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .stop = ignore_op)
