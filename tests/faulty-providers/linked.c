/* Nothing is wrong with its code: how it is linked is (CMakeLists.txt). */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE)
