/* Its table has no stop. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .stop = NULL)
