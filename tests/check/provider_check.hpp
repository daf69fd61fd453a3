// edgeconf-provider-check as a vendor runs it.
#pragma once

#include "support/process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::test {

// Where the checks' files are a sanitizer's, some say nothing of the provider: those are not run.
finished check_provider(const std::filesystem::path& library, const std::vector<std::string>& arguments = {});

// The ids in a report's lines that begin with `word`, in order: "FAILED", "passed".
std::vector<std::string> ids_after(const std::string& report, const std::string& word);

} // namespace edgeconf::test
