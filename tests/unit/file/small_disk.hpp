// A disk that can be filled up, or made read-only.
#pragma once

#include <cstddef>
#include <filesystem>

namespace edgeconf::test {

// A tmpfs in `folder` while this lives. Takes root's rights: false where there are none, and then there is
// nothing.
class small_disk {
public:
    small_disk(const std::filesystem::path& folder, std::size_t bytes);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    explicit operator bool() const noexcept { return mounted_; }

    // False if something on it is open for writing.
    bool make_read_only();

private:
    std::filesystem::path folder_;
    bool mounted_;
};

} // namespace edgeconf::test
