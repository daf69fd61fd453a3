/* Takes any id that begins with one that it has. */
#include "table.h"

static const void *ECP_CALL find(void *self, const char *id) {
    static const ecp_ext_resources resources = {.struct_size = sizeof resources};
    (void)self;
    return strncmp(id, ECP_EXT_RESOURCES, strlen(ECP_EXT_RESOURCES)) == 0 ? &resources : NULL;
}

FAULTY_PROVIDER(SERVING_TABLE, .get_extension = find)
