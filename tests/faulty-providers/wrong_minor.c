/* Built for another minor version of the ABI. */
#include "table.h"

FAULTY_PROVIDER(SERVING_TABLE, .abi_minor = ECP_ABI_MINOR + 7u)
