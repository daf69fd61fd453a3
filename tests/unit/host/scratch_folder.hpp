// A folder of a test's own, gone with the test.
#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <stdlib.h>

class scratch_folder {
public:
    // `under` has to exist. /tmp is sticky, so a folder in it is as trustworthy as its owner.
    explicit scratch_folder(const std::filesystem::path& under = std::filesystem::temp_directory_path()) {
        auto pattern = (under / "edgeconf-test-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make " + pattern};
        path_ = std::filesystem::canonical(pattern);
    }
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }

    // Writes a file of that content, readable by its owner alone, and gives its path.
    std::filesystem::path write(const std::filesystem::path& name, std::string_view content) const {
        const auto file = path_ / name;
        {
            std::ofstream out{file, std::ios::binary};
            out << content;
            if (!out.flush()) throw std::runtime_error{"cannot write " + file.string()};
        }
        std::filesystem::permissions(file, std::filesystem::perms{0600});
        return file;
    }

private:
    std::filesystem::path path_;
};
