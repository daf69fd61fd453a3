/* What the export check has to refuse: a provider that nobody linked with the map. */
#include <ecp/provider.h>

ECP_EXPORT int stray_symbol(void);
int stray_symbol(void) { return 1; }

#ifdef WITH_ENTRY
const ecp_provider *ECP_CALL ecp_provider_entry_v1(const ecp_host *host) {
    (void)host;
    return NULL;
}
#endif
