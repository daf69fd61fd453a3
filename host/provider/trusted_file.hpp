// Whether a file may become code of this process: who could have written it, and is it the one meant.
#pragma once

#include "model/problem.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::provider {

// An open library file that passed the checks. The descriptor stays open for the life of the process
// once it was loaded: dlopen() tells libraries apart by path, and a reused /proc/self/fd/N would get
// the earlier one.
class trusted_file {
public:
    // `path` is absolute; symbolic links are followed first. The file has to be regular, and it and
    // every folder above it have to belong to root or to this process's user and be writable by
    // nobody else; a sticky folder such as /tmp passes as an ancestor, not as the one that holds the
    // file. With `sha256` the content has to hash to it. Fails with a message for the operator:
    // which file, what is wrong, what to do.
    static result<trusted_file> open(const std::filesystem::path& path, std::string_view sha256);

    trusted_file(trusted_file&& other) noexcept;
    trusted_file& operator=(trusted_file&&) = delete;
    ~trusted_file();

    // A path that leads to the very bytes that were checked.
    std::string load_path() const;
    const std::filesystem::path& path() const noexcept { return path_; }
    void keep_open() noexcept { keep_ = true; }

private:
    trusted_file(int fd, std::filesystem::path path) noexcept;

    int fd_;
    bool keep_ = false;
    std::filesystem::path path_;
};

} // namespace edgeconf::provider
