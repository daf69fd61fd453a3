// Which key the database is sealed with, and how it comes under another.
#pragma once

#include "file/sealing.hpp"

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>

namespace edgeconf::file {

struct keys {
    std::filesystem::path file; // empty: nothing is sealed
    std::filesystem::path old_file;
    std::unique_ptr<const sealing> current; // null: nothing is sealed
    std::unique_ptr<const sealing> old;
};

// Throws fleet::store_problem; see read_key_file(). Empty paths are no keys.
keys read_keys(const std::filesystem::path& file, const std::filesystem::path& old_file);

// Throws fleet::store_problem if the database is sealed with neither of them. Changes nothing.
void require_key(const keys& keys, SQLite::Database& database, const std::filesystem::path& file);

// Makes sure that all is sealed with the current key, or that nothing is if there is none. What is in the
// clear, or sealed with the old key, is sealed anew, in one transaction, and the database is written anew
// without a trace of what was there before; that is completed at the next call if it was cut short. Throws
// fleet::store_problem if it takes another key, and then has changed nothing; SQLite::Exception.
void bring_under(const keys& keys, SQLite::Database& database, const std::filesystem::path& file);

} // namespace edgeconf::file
