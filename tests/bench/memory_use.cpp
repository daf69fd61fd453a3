#include "bench/memory_use.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace edgeconf::bench {

memory_use current_memory() {
    std::ifstream statm{"/proc/self/statm"}; // in pages: size, resident, ...
    std::size_t size = 0;
    std::size_t resident = 0;
    statm >> size >> resident;
    const auto heap = mallinfo2();
    return {resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), heap.uordblks + heap.hblkhd};
}

} // namespace edgeconf::bench
