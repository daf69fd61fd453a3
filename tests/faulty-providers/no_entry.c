/* A library, but no provider. */
#include <ecp/provider.h>

ECP_EXPORT int something_else(void);
ECP_EXPORT int something_else(void) { return 1; }
