/* Its back end may be away, which it survives: no fault at all. */
#include "back_end.h"

FAULTY_PROVIDER(BACK_END_TABLE)
