#include "file/sqlite_problem.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace edgeconf::file {

namespace {

std::string words(const SQLite::Exception& error, int system_error) {
    const auto reason =
        system_error == 0 ? std::string{error.what()} : std::generic_category().message(system_error);
    switch (error.getErrorCode() & 0xff) {
    case SQLITE_FULL: return "the disk that holds it is full; free some space there";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program keeps it locked; end that, a sqlite3 shell with an open transaction for one";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return fmt::format(
            "cannot be opened for writing ({}); let the user that edgeconf runs as write the file "
            "and its folder, on a file system that is not read-only",
            reason);
    case SQLITE_IOERR:
        switch (system_error) {
        case ENOSPC:
        case EDQUOT: return fmt::format("{}; free some space there", reason);
        case EFBIG: return fmt::format("{}; raise the limit on the size of files", reason);
        default:
            return fmt::format(
                "the disk that holds it fails ({}); look at the system's log, and at its mounts", reason);
        }
    case SQLITE_NOMEM: return "there is not enough memory for it";
    default: return fmt::format("SQLite cannot go on: {}", error.what());
    }
}

} // namespace

fleet::store_problem problem_of(const SQLite::Exception& error, int system_error,
                                const std::filesystem::path& file) {
    const auto kind = error.getErrorCode() & 0xff;
    if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB) return damaged(file, error.what());
    return fleet::store_problem{fmt::format("{}: {}", file.string(), words(error, system_error))};
}

fleet::store_problem damaged(const std::filesystem::path& file, std::string_view how) {
    return fleet::store_problem{
        fmt::format("{}: is damaged ({}); move it away, with its -wal, and put a backup in "
                    "its place, or start without it and import an export",
                    file.string(), how)};
}

} // namespace edgeconf::file
