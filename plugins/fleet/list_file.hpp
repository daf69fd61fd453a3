// A file with one entry a line, as operators keep lists of ids and serial numbers.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::fleet {

struct list_entry {
    std::string text; // without white space around it, not empty
    std::size_t line; // from 1
};

// The file's entries in order. Empty lines do not count, nor does what follows a `#` at a line's start or
// after white space. An error says which file, what is wrong and what to do.
boost::system::result<std::vector<list_entry>, std::string> read_list_file(const std::filesystem::path& file);

} // namespace edgeconf::fleet
