#include "cli/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace edgeconf::cli {
namespace {

[[noreturn]] void fail(const std::string& name) {
    throw std::system_error{errno, std::generic_category(), name};
}

// So that the name outlives a power cut as well.
void sync_folder(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) fail(folder);
    const int failed = fsync(fd);
    close(fd);
    if (failed != 0) fail(folder);
}

} // namespace

whole_file::whole_file(std::filesystem::path name) : name_{std::move(name)}, partial_{name_} {
    partial_ += ".partial";
    const auto there = std::filesystem::symlink_status(name_);
    if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
        throw std::runtime_error{name_.string() + ": is no regular file"};
    fd_ = open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd_ >= 0) return;
    if (errno == EEXIST)
        throw std::runtime_error{partial_.string() +
                                 ": another export writes it, or one was interrupted: then remove it"};
    fail(partial_);
}

whole_file::~whole_file() {
    if (fd_ < 0) return;
    close(fd_);
    unlink(partial_.c_str());
}

void whole_file::write(std::string_view bytes) { write_all(fd_, bytes, partial_); }

void whole_file::finish() {
    if (fsync(fd_) != 0) fail(partial_);
    if (rename(partial_.c_str(), name_.c_str()) != 0) fail(name_);
    close(std::exchange(fd_, -1));
    sync_folder(name_);
}

void write_all(int fd, std::string_view bytes, const std::string& name) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(name);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

input::input(const std::string& name)
    : name_{name == "-" ? "standard input" : name}, fd_{name == "-"
                                                            ? STDIN_FILENO
                                                            : open(name.c_str(), O_RDONLY | O_CLOEXEC)} {
    if (fd_ < 0) fail(name_);
}

input::~input() {
    if (fd_ != STDIN_FILENO) close(fd_);
}

std::string input::read(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const auto got = ::read(fd_, bytes.data() + have, size - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail(name_);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

} // namespace edgeconf::cli
