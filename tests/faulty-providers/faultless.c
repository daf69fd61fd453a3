/* Nothing is wrong here: what the others differ from. */
#include "table.h"

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static const ecp_provider table = {SOUND_TABLE};
    (void)host;
    return &table;
}
