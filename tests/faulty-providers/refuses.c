/* Takes no host, and says why in two lines; what it says beside them is no reason. */
#include <ecp/provider.h>

#include <string.h>

static void say(const ecp_host *host, int32_t level, const char *text) {
    ecp_str message;
    message.ptr = text;
    message.len = strlen(text);
    host->log(0, level, 0, &message, NULL, 0);
}

ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host);
ECP_EXPORT const ecp_provider *ecp_provider_entry_v1(const ecp_host *host) {
    say(host, ECP_LOG_INFO, "all is well");
    if (host->log_enabled(0, ECP_LOG_ERROR)) say(host, ECP_LOG_ERROR, "the licence has expired");
    say(host, ECP_LOG_ERROR, "renew it");
    return NULL;
}
