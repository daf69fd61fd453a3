/* A reserved member of its table is not zero. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .reserved0 = 1)
