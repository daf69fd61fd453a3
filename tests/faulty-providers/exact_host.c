/* Takes the host of its own header and no other, and does not say why. */
#include "table.h"

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static const ecp_provider table = {SERVING_TABLE};
    return host->struct_size == sizeof *host ? &table : NULL;
}
