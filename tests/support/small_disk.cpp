#include "support/small_disk.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace edgeconf::test {
namespace {

bool write_line(const char* file, const std::string& line) {
    std::ofstream out{file};
    out << line;
    return static_cast<bool>(out.flush());
}

// Mounts of its own take root, or a namespace in which this user may as much.
std::optional<std::string> make_namespace() {
    const auto user = std::to_string(getuid());
    const auto group = std::to_string(getgid());
    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
            return std::string{"no namespace for mounts: "} + std::strerror(errno);
        write_line("/proc/self/setgroups", "deny");
        if (!write_line("/proc/self/uid_map", user + " " + user + " 1") ||
            !write_line("/proc/self/gid_map", group + " " + group + " 1"))
            return "no user namespace";
    }
    if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return std::string{"no mounts of its own: "} + std::strerror(errno);
    return std::nullopt;
}

} // namespace

std::optional<std::string> small_disk::obstacle() {
    static const auto found = make_namespace();
    return found;
}

small_disk::small_disk(const std::filesystem::path& folder, std::size_t bytes) : folder_{folder} {
    const auto options = "size=" + std::to_string(bytes) + ",mode=0700";
    if (const auto why = obstacle()) throw std::runtime_error{*why};
    if (mount("tmpfs", folder_.c_str(), "tmpfs", 0, options.c_str()) != 0)
        throw std::runtime_error{"cannot mount " + folder_.string() + ": " + std::strerror(errno)};
}

small_disk::~small_disk() { unmount(); }

void small_disk::unmount() {
    if (!folder_.empty()) umount2(folder_.c_str(), MNT_DETACH);
    folder_.clear();
}

} // namespace edgeconf::test
