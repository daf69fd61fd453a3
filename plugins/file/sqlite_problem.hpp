// What SQLite reports, in words for the operator: which file, what is wrong, what to do.
#pragma once

#include "fleet/store.hpp"

#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <string_view>

namespace edgeconf::file {

// `system_error`: the errno behind it, as system_error() of the connection tells; 0: not known.
fleet::store_problem problem_of(const SQLite::Exception& error, int system_error,
                                const std::filesystem::path& file);

// Of a file whose content is not what was written.
fleet::store_problem damaged(const std::filesystem::path& file, std::string_view how);

} // namespace edgeconf::file
