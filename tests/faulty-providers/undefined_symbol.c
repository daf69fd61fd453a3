/* Needs a function that is nowhere. */
#include "table.h"

extern int edgeconf_test_function_that_is_nowhere(void);

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static const ecp_provider table = {SOUND_TABLE};
    (void)host;
    return edgeconf_test_function_that_is_nowhere() != 0 ? &table : NULL;
}
