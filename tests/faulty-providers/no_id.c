/* Its table has an empty id. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .id = "")
