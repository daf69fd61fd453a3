// From the configuration file to settings that hold together.
#pragma once

#include "config/settings.hpp"

#include <boost/system/result.hpp>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace edgeconf::config {

// Everything that is wrong, a line each: "FILE:LINE:COLUMN: KEY: what is wrong; what to do".
struct errors {
    std::vector<std::string> lines;
};

[[noreturn]] inline void throw_exception_from_error(const errors& e, const boost::source_location&) {
    throw std::runtime_error{e.lines.empty() ? "no configuration" : e.lines.front()};
}

// Reads and judges the whole file before it gives up, so that one run names every mistake. Does not
// open what the file points to, but for scalars tagged `!file PATH` (the file's content without its
// last newline) and `!env NAME`, which is how secrets come in.
boost::system::result<settings, errors> load(const std::filesystem::path& file);

// `file:line:column` of the option at `json_pointer`, or of its nearest parent that has a place.
std::string place_of_option(const settings& from, std::string_view json_pointer);

} // namespace edgeconf::config
