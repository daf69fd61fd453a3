#include "failing_disk.hpp"

#include <sqlite3.h>

#include <atomic>

namespace edgeconf::test {

namespace {

std::atomic<bool> armed{false};
std::atomic<int> left{0};
std::atomic<bool> failed{false};

bool works() {
    if (!armed) return true;
    if (left > 0 && --left > 0) return true;
    failed = true;
    return false;
}

sqlite3_vfs* real_vfs = nullptr;
sqlite3_io_methods methods{};

// Followed by the real file.
struct file : sqlite3_file {};
sqlite3_file* real(sqlite3_file* wrapped) {
    return reinterpret_cast<sqlite3_file*>(static_cast<file*>(wrapped) + 1);
}

template <auto Method>
struct pass;
template <class... Arguments, int (*sqlite3_io_methods::*Method)(sqlite3_file*, Arguments...)>
struct pass<Method> {
    static int on(sqlite3_file* to, Arguments... arguments) {
        return (real(to)->pMethods->*Method)(real(to), arguments...);
    }
    template <int Error>
    static int or_fail(sqlite3_file* to, Arguments... arguments) {
        return works() ? on(to, arguments...) : Error;
    }
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* into, int flags, int* given) {
    const auto status = real_vfs->xOpen(real_vfs, name, real(into), flags, given);
    into->pMethods = real(into)->pMethods == nullptr ? nullptr : &methods;
    return status;
}

void barrier(sqlite3_file* to) { real(to)->pMethods->xShmBarrier(real(to)); }

} // namespace

failing_disk::failing_disk() : vfs_{std::make_unique<sqlite3_vfs>()} {
    using io = sqlite3_io_methods;
    real_vfs = sqlite3_vfs_find(nullptr);
    methods = {3,
               pass<&io::xClose>::on,
               pass<&io::xRead>::on,
               pass<&io::xWrite>::or_fail<SQLITE_IOERR_WRITE>,
               pass<&io::xTruncate>::or_fail<SQLITE_IOERR_TRUNCATE>,
               pass<&io::xSync>::or_fail<SQLITE_IOERR_FSYNC>,
               pass<&io::xFileSize>::on,
               pass<&io::xLock>::on,
               pass<&io::xUnlock>::on,
               pass<&io::xCheckReservedLock>::on,
               pass<&io::xFileControl>::on,
               pass<&io::xSectorSize>::on,
               pass<&io::xDeviceCharacteristics>::on,
               pass<&io::xShmMap>::on,
               pass<&io::xShmLock>::on,
               barrier,
               pass<&io::xShmUnmap>::on,
               pass<&io::xFetch>::on,
               pass<&io::xUnfetch>::on};
    *vfs_ = *real_vfs;
    vfs_->pNext = nullptr;
    vfs_->zName = "failing";
    vfs_->szOsFile = static_cast<int>(sizeof(file)) + real_vfs->szOsFile;
    vfs_->xOpen = open;
    sqlite3_vfs_register(vfs_.get(), 1);
    fail_at(0);
}

failing_disk::~failing_disk() {
    sqlite3_vfs_unregister(vfs_.get());
    sqlite3_vfs_register(real_vfs, 1);
    fail_at(0);
}

void failing_disk::fail_at(int count) noexcept {
    left = count;
    failed = false;
    armed = count > 0;
}

bool failing_disk::has_failed() const noexcept { return failed; }

} // namespace edgeconf::test
