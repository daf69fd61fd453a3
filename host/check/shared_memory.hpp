// What a process and those that it forks see alike.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace edgeconf::check {

// A new T in memory that is shared with the processes forked later; lives as long as this one. Throws
// std::system_error where there is no memory.
template <class T>
T& make_shared_memory() {
    auto* memory = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::system_error{errno, std::system_category(), "mmap"};
    return *new (memory) T;
}

} // namespace edgeconf::check
