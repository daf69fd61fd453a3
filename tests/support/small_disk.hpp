// A disk that is full soon, and can go away.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace edgeconf::test {

// A tmpfs, seen by this process and by those that it starts, and by nobody else.
class small_disk {
public:
    // Why there can be none here; nothing if there can. The first call has to come before all threads.
    static std::optional<std::string> obstacle();

    // Mounts it on `folder`, which exists; throws if that fails.
    small_disk(const std::filesystem::path& folder, std::size_t bytes);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    // Leaves the folder as it was before. Who has files open there goes on with them.
    void unmount();

private:
    std::filesystem::path folder_;
};

} // namespace edgeconf::test
