/* Nothing is wrong here: what the others differ from. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE)
