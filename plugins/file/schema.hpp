// What is in the database, and how one of an older version becomes one of this.
#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <span>
#include <string_view>

namespace edgeconf::file {

// In the file's header, so that file(1) and we tell our databases from others: "ecfd".
inline constexpr int application_id = 0x65636664;

// SQL: the first makes version 1 of nothing, each other the next version. Never changed once released.
std::span<const std::string_view> schema_steps() noexcept;

// Throws fleet::store_problem for a database that is not edgeconf's, or of a version past `steps`.
void require_ours(SQLite::Database& database, const std::filesystem::path& file,
                  std::span<const std::string_view> steps = schema_steps());

// Takes the steps that are missing, each in a transaction of its own: when one fails, which throws
// SQLite::Exception, the database is as the one before left it. Outside of a transaction.
void migrate(SQLite::Database& database, std::span<const std::string_view> steps = schema_steps());

} // namespace edgeconf::file
