// What this process holds at the moment, to compare with what it holds later.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace edgeconf::check {

// The threads of this process: their names, by their numbers.
std::map<std::string, std::string> threads_now();

std::size_t descriptors_now();
std::size_t mapped_files_now();

// Bytes that malloc has given out; 0 where a sanitizer stands in for it.
std::size_t heap_now() noexcept;

} // namespace edgeconf::check
