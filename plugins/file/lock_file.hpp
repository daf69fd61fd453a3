// Keeps a database to one process, and within it to one user.
#pragma once

#include <filesystem>

namespace edgeconf::file {

// Holds the lock while it lives; the kernel gives it up when the process dies, however it dies. The file
// stays and names the process that had the lock last.
class lock_file {
public:
    // Makes the file, mode 0600, if there is none. Throws fleet::store_problem: naming the process if another
    // has the lock, or saying what is wrong with the file. Does not wait.
    explicit lock_file(const std::filesystem::path& file);
    ~lock_file();
    lock_file(const lock_file&) = delete;
    lock_file& operator=(const lock_file&) = delete;

private:
    int descriptor_;
};

} // namespace edgeconf::file
