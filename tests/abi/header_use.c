/* Compiled as every C and C++ that ecp/provider.h promises. Takes the size of each struct, because
 * clang lays a struct out (and warns of padding) only when somebody asks for it. */
#include <ecp/provider.h>

#define SIZE_OF(type) char size_of_##type[sizeof(type)]

typedef struct every_struct {
    SIZE_OF(ecp_str);
    SIZE_OF(ecp_kv);
    SIZE_OF(ecp_request);
    SIZE_OF(ecp_result);
    SIZE_OF(ecp_host);
    SIZE_OF(ecp_provider);
    SIZE_OF(ecp_resource_request);
    SIZE_OF(ecp_ext_resources);
    SIZE_OF(ecp_event);
    SIZE_OF(ecp_host_watch);
} every_struct;

int reads_what_the_size_covers(const ecp_result *result);
int reads_what_the_size_covers(const ecp_result *result) {
    return ECP_HAS(ecp_result, result, n_details) && sizeof(every_struct) != 0;
}
