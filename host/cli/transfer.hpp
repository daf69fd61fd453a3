// A running provider's objects and devices, out and in; never more of them in memory than a piece.
#pragma once

#include <filesystem>
#include <string>

namespace edgeconf::cli {

// Both ask the host behind `socket`, tell what is wrong on standard error and return the exit code; what
// is wrong with files is thrown as std::runtime_error.

// To standard output if `file` is empty.
int export_to(const std::filesystem::path& socket, const std::string& file);

// "-" is standard input.
int import_from(const std::filesystem::path& socket, const std::string& file);

} // namespace edgeconf::cli
