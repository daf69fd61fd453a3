// A provider's options, as a host hands them over.
#pragma once

#include "check/trial.hpp"

#include <ecp/provider.h>

#include <filesystem>
#include <string>

namespace edgeconf::check {

// `text` with the path of the check's own folder in place of each `@scratch@`.
std::string with_scratch(std::string text, const std::filesystem::path& scratch);

// The given options with the check's own folder in place of `@scratch@` and paths made absolute, as JSON
// text. Gives the check up where they do not fit the schema.
std::string prepared_options(trial& in, const ecp_provider& table);
// With another folder: for an instance that has nothing in common with the first.
std::string prepared_options(trial& in, const ecp_provider& table, const std::filesystem::path& scratch);

} // namespace edgeconf::check
