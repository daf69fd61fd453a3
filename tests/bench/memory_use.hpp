// How much memory this process has at the moment.
#pragma once

#include <cstddef>

namespace edgeconf::bench {

struct memory_use {
    std::size_t resident = 0;  // bytes, as the kernel counts them (VmRSS)
    std::size_t allocated = 0; // bytes handed out by malloc, its bookkeeping included (mallinfo2); under a
                               // sanitizer, which has a malloc of its own, of no use
};

memory_use current_memory();

} // namespace edgeconf::bench
