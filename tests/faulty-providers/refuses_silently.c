/* Takes no host and does not say why. */
#include <ecp/provider.h>

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    (void)host;
    return NULL;
}
