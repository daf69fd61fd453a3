// A folder of its own for a test, gone with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::test {

// Mode 0700, below TMPDIR or /tmp.
class temp_folder {
public:
    temp_folder();
    ~temp_folder();
    temp_folder(const temp_folder&) = delete;
    temp_folder& operator=(const temp_folder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    // Writes a file below the folder, making the folders on the way; its absolute path.
    std::filesystem::path write(std::string_view name, std::string_view content) const;

private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& file);

} // namespace edgeconf::test
