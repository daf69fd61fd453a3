/* Exports a variable of which a process has one only. */
#include "table.h"

template <class T>
struct ECP_EXPORT shared {
    static int count;
};
template <class T>
int shared<T>::count = 0;

static void ECP_CALL counting(void* self, ecp_op op) {
    ++shared<int>::count;
    finish(self, op);
}

ECP_EXPORT const ecp_provider* ecp_provider_entry_v1(const ecp_host*) {
    static const ecp_provider table = [] {
        ecp_provider made = {SERVING_TABLE};
        made.start = counting;
        return made;
    }();
    return &table;
}
