/* Its table ends within the device calls, and the memory ends with it. */
#include "table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    static const ecp_provider whole = {SOUND_TABLE};
    static void *volatile kept; /* so that it stays reachable */
    const size_t size = offsetof(ecp_provider, get_playbooks);
    const uint32_t told = (uint32_t)size;
    (void)host;
    if (kept == NULL) kept = malloc(size);
    if (kept == NULL) return NULL;
    memcpy(kept, &whole, size);
    memcpy(kept, &told, sizeof told);
    return (const ecp_provider *)kept;
}
