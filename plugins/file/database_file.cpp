#include "file/database_file.hpp"

#include "file/schema.hpp"
#include "file/sqlite_problem.hpp"

#include "fleet/store.hpp"

#include <SQLiteCpp/Database.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgeconf::file {

namespace {

std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

fleet::store_problem problem(const std::filesystem::path& file, std::string_view what) {
    return fleet::store_problem{fmt::format("{}: {}", file.string(), what)};
}
fleet::store_problem cannot(const std::filesystem::path& file, std::string_view what, int error) {
    return problem(file, fmt::format("cannot be {}: {}", what, std::generic_category().message(error)));
}

// So that the name survives a loss of power, as the content does.
void sync_folder(const std::filesystem::path& folder) {
    const auto descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) throw cannot(folder, "opened", errno);
    const auto synced = fsync(descriptor);
    const auto error = errno;
    close(descriptor);
    if (synced != 0) throw cannot(folder, "synced", error);
}

} // namespace

std::filesystem::path beside(const std::filesystem::path& file, const char* suffix) {
    auto path = file;
    return path += suffix;
}

void require_folder_of(const std::filesystem::path& file) {
    const auto folder = folder_of(file);
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        throw problem(folder,
                      "is not a folder; make it for the database: install -d -m 0700 -o USER FOLDER, with "
                      "the user that edgeconf runs as");
    }
    if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0) {
        throw problem(folder,
                      fmt::format("the database needs to make files in this folder: {}; give it to the user "
                                  "that edgeconf runs as, on a file system that is not read-only",
                                  std::generic_category().message(errno)));
    }
}

// Never opens the file: closing it again would give up the locks that SQLite holds on it for the process.
bool is_there(const std::filesystem::path& file) {
    struct stat status {};
    if (lstat(file.c_str(), &status) != 0) {
        if (errno != ENOENT) throw cannot(file, "found", errno);
        struct stat wal {};
        if (lstat(beside(file, "-wal").c_str(), &wal) != 0) return false;
        throw problem(
            file, "has vanished, and its -wal is still there; bring it back, or put a backup in its place "
                  "and move the -wal away");
    }
    if (S_ISLNK(status.st_mode)) {
        throw problem(file,
                      "is a link; name the database itself, since its -wal and its lock belong beside it");
    }
    if (!S_ISREG(status.st_mode)) throw problem(file, "is not a regular file");
    if (status.st_size == 0) throw damaged(file, "it is empty");
    return true;
}

void create(const std::filesystem::path& file) {
    const auto unfinished = beside(file, ".new");
    for (const auto* suffix : {"", "-journal"}) unlink(beside(unfinished, suffix).c_str());
    const auto descriptor = open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) throw cannot(unfinished, "made", errno);
    close(descriptor);
    {
        SQLite::Database made{unfinished.string(), SQLite::OPEN_READWRITE};
        made.exec("PRAGMA synchronous = EXTRA");
        migrate(made);
    }
    if (std::rename(unfinished.c_str(), file.c_str()) != 0) throw cannot(unfinished, "renamed", errno);
    sync_folder(folder_of(file));
}

std::optional<std::string> exposure(const std::filesystem::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0 || (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return std::nullopt;
    return fmt::format(
        "{}: others than its owner can get at it (mode {:04o}), and it may hold Secrets; chmod 600 it",
        file.string(), status.st_mode & 07777u);
}

} // namespace edgeconf::file
