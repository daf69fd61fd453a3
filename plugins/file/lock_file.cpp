#include "file/lock_file.hpp"

#include "fleet/store.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace edgeconf::file {

namespace {

// "process 4711", as far as the file tells.
std::string owner(int descriptor) {
    char text[24];
    const auto length = pread(descriptor, text, sizeof text, 0);
    std::string_view pid{text, length > 0 ? static_cast<std::size_t>(length) : 0};
    pid = pid.substr(0, pid.find_first_not_of("0123456789"));
    return pid.empty() ? "another process" : fmt::format("process {}", pid);
}

fleet::store_problem problem(const std::filesystem::path& file, int error) {
    return fleet::store_problem{
        fmt::format("{}: cannot be locked: {}; mend the path, or let the user that edgeconf "
                    "runs as write there",
                    file.string(), std::generic_category().message(error))};
}

} // namespace

// flock() belongs to the open file, so a second one within the process is kept out as well. O_CLOEXEC: a
// program that is started by us must not hold on to it.
lock_file::lock_file(const std::filesystem::path& file)
    : descriptor_{open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600)} {
    if (descriptor_ < 0) throw problem(file, errno);
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const auto error = errno;
        const auto who = owner(descriptor_);
        close(descriptor_);
        if (error != EWOULDBLOCK) throw problem(file, error);
        throw fleet::store_problem{
            fmt::format("{}: {} uses this database; end it first, or name a database of "
                        "its own for each",
                        file.string(), who)};
    }
    const auto pid = fmt::format("{}\n", getpid());
    if (ftruncate(descriptor_, 0) != 0 ||
        pwrite(descriptor_, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
        const auto error = errno;
        close(descriptor_);
        throw problem(file, error);
    }
}

lock_file::~lock_file() { close(descriptor_); }

} // namespace edgeconf::file
