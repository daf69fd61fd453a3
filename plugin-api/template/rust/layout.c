/* What src/ecp.rs takes for granted of the header. build.rs compiles this and links nothing of it. */
#include <ecp/provider.h>

#define SAME(what, value) _Static_assert((what) == (value), #what " is not what src/ecp.rs has")

SAME(ECP_ABI_MINOR, 0);
SAME(sizeof(ecp_str), 16);
SAME(sizeof(ecp_kv), 32);
SAME(sizeof(ecp_request), 80);
SAME(offsetof(ecp_request, device_id), 32);
SAME(sizeof(ecp_result), 96);
SAME(offsetof(ecp_result, message), 40);
SAME(sizeof(ecp_host), 80);
SAME(offsetof(ecp_host, complete), 16);
SAME(sizeof(ecp_provider), 168);
SAME(offsetof(ecp_provider, validate), 56);
SAME(offsetof(ecp_provider, get_playbooks), 160);
