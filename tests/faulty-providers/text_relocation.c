/* Has an address among its code, which the loader has to write there. */
#include "table.h"

extern const char place[];
__asm__(".pushsection .text\n"
        ".balign 8\n"
        ".hidden place\n"
        ".globl place\n"
        "place: .quad place\n"
        ".popsection\n");

static void ECP_CALL reading(void *self, ecp_op op) {
    if (place[0] != '\0' || place[1] != '\0') finish(self, op);
}

FAULTY_PROVIDER(SERVING_TABLE, .start = reading)
