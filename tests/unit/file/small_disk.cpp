#include "small_disk.hpp"

#include <string>

#include <sys/mount.h>

namespace edgeconf::test {

small_disk::small_disk(const std::filesystem::path& folder, std::size_t bytes)
    : folder_{folder}, mounted_{mount("tmpfs", folder.c_str(), "tmpfs", MS_NODEV | MS_NOSUID,
                                      ("size=" + std::to_string(bytes)).c_str()) == 0} {}

small_disk::~small_disk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
}

bool small_disk::make_read_only() {
    return mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

} // namespace edgeconf::test
