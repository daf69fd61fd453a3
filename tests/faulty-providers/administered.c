/* Nothing is wrong with what it offers to administrators. */
#include "bundle.h"

ADMINISTERED_PROVIDER(invoke_soundly)
