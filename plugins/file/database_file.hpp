// The database as a file among others: is it there, is it what it should be, and how one comes into being.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace edgeconf::file {

// "fleet.db" and "-wal" give "fleet.db-wal".
std::filesystem::path beside(const std::filesystem::path& file, const char* suffix);

// Throws fleet::store_problem if the folder is not there or not writable.
void require_folder_of(const std::filesystem::path& file);

// Whether there is one. Throws fleet::store_problem for what cannot be a database or has lost its content: it
// is never taken for a new one.
bool is_there(const std::filesystem::path& file);

// Makes one with nothing in it, mode 0600; whole or not at all, whatever happens meanwhile. Throws
// fleet::store_problem, SQLite::Exception.
void create(const std::filesystem::path& file);

// Who else may read it and should not, with the remedy; nothing if nobody can.
std::optional<std::string> exposure(const std::filesystem::path& file);

} // namespace edgeconf::file
