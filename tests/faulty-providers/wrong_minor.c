/* Built for another minor version of the ABI. */
#include "table.h"

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static ecp_provider table = {SOUND_TABLE};
    (void)host;
    table.abi_minor = ECP_ABI_MINOR + 7u;
    return &table;
}
