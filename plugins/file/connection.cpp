#include "file/connection.hpp"

#include "file/sealing_functions.hpp"

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

namespace edgeconf::file {

namespace {

constexpr int patience_ms = 5000; // for what another program, a sqlite3 shell or a backup, locks for a moment

// No trigger, view or index of a file from elsewhere gets to call functions, and its cells are checked before
// use.
constexpr const char* for_all = "PRAGMA trusted_schema = OFF;"
                                "PRAGMA cell_size_check = ON;";

constexpr const char* for_writers = "PRAGMA synchronous = FULL;"
                                    "PRAGMA foreign_keys = ON;"
                                    "PRAGMA secure_delete = FAST;"
                                    "PRAGMA wal_autocheckpoint = 0;"
                                    "PRAGMA journal_size_limit = 16777216;" // of a WAL that had to grow
                                    "PRAGMA cache_size = -16384;";          // KiB

SQLite::Database open(const std::filesystem::path& file, int flags, const sealing* key) {
    SQLite::Database database{file.string(), flags, patience_ms};
    database.exec(for_all);
    add_sealing_functions(database, key);
    return database;
}

} // namespace

SQLite::Database open_for_writing(const std::filesystem::path& file, const sealing* key) {
    auto database = open(file, SQLite::OPEN_READWRITE, key);
    if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
        throw SQLite::Exception{"this file system has no memory that processes share, which WAL needs",
                                SQLITE_ERROR};
    }
    database.exec(for_writers);
    return database;
}

SQLite::Database open_for_reading(const std::filesystem::path& file, const sealing* key) {
    auto database = open(file, SQLite::OPEN_READONLY, key);
    leave_wal(database);
    return database;
}

void leave_wal(SQLite::Database& database) {
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

bool checkpoint(SQLite::Database& database, checkpoint_kind kind) {
    const auto mode =
        kind == checkpoint_kind::as_far_as_possible ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE;
    int in_wal = 0;
    int copied = 0;
    const auto status = sqlite3_wal_checkpoint_v2(database.getHandle(), nullptr, mode, &in_wal, &copied);
    if (status == SQLITE_BUSY) return false;
    database.check(status);
    return in_wal == copied;
}

std::optional<std::string> find_damage(SQLite::Database& database) {
    SQLite::Statement check{database, "PRAGMA integrity_check(1)"};
    if (!check.executeStep()) return "it cannot be checked";
    auto found = check.getColumn(0).getString();
    if (found == "ok") return std::nullopt;
    return found;
}

// A connection forgets it when a commit fails, its files do not.
int system_error(SQLite::Database& database) noexcept {
    auto* const connection = database.getHandle();
    if (const auto error = sqlite3_system_errno(connection); error != 0) return error;
    for (const auto kind : {SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER}) {
        sqlite3_file* file = nullptr;
        int error = 0;
        if (sqlite3_file_control(connection, "main", kind, &file) != SQLITE_OK) continue;
        if (file == nullptr || file->pMethods == nullptr) continue;
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &error);
        if (error != 0) return error;
    }
    return 0;
}

} // namespace edgeconf::file
