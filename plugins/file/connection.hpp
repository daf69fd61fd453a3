// Connections to the database, and what SQLite is told about how to treat it. All may throw
// SQLite::Exception.
#pragma once

#include "file/sealing.hpp"

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace edgeconf::file {

// To a database that exists. WAL, so that readers wait for nobody and a commit is one write and one sync of
// one file; checkpoints are the owner's. `key`, which lives as long, is that of seal() and unseal(); see
// sealing_functions.hpp.
SQLite::Database open_for_writing(const std::filesystem::path& file, const sealing* key);
SQLite::Database open_for_reading(const std::filesystem::path& file, const sealing* key);

// From here on, closing it leaves the WAL as it is.
void leave_wal(SQLite::Database& database);

enum class checkpoint_kind : std::uint8_t {
    as_far_as_possible, // waits for nobody
    whole_and_truncate, // waits for readers; the WAL is empty afterwards
};

// Copies what is in the WAL to the database and syncs that. False if a reader, or a checkpoint by somebody
// else, left something to do.
bool checkpoint(SQLite::Database& database, checkpoint_kind kind);

// What is wrong with the structure of the file or its indexes, nothing if all is well. Reads all of it: some
// 0.3 s of CPU time for a fleet of 100,000, 220 MB. What a text or a blob says is not looked at.
std::optional<std::string> find_damage(SQLite::Database& database);

// The errno behind the last failure, 0 if it is not known.
int system_error(SQLite::Database& database) noexcept;

} // namespace edgeconf::file
