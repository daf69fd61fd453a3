/* Computes something before it is loaded: more than --patience 0.5 allows. */
#include "table.h"

#include <time.h>

__attribute__((constructor)) static void compute(void) {
    const clock_t began = clock();
    while (clock() - began < CLOCKS_PER_SEC / 80) {
    }
}

FAULTY_PROVIDER(SERVING_TABLE)
