/* Nothing is wrong with its fleet: what the others with a fleet differ from. */
#include "fleet.h"

FAULTY_PROVIDER(FLEET_TABLE)
