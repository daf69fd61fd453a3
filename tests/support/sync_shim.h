/* What the library sync_shim is told, and what it tells: one of these at the start of the file that the
 * environment's EDGECONF_SYNC_CONTROL names, mapped by both sides. Members are read and written with
 * __atomic_*. */
#ifndef EDGECONF_TEST_SYNC_SHIM_H
#define EDGECONF_TEST_SYNC_SHIM_H

#include <stdint.h>

#define EDGECONF_SYNC_CONTROL "EDGECONF_SYNC_CONTROL"

struct sync_orders {
    int32_t failures;  /* so many calls fail with EIO; negative: all of them, until told otherwise */
    int32_t only_wal;  /* not 0: only calls for files whose names end in -wal count, wait and fail */
    uint32_t delay_us; /* before each call */
    uint32_t calls;    /* so far, failed ones included */
    uint32_t failed;
};

#endif
