// A small file that somebody may replace: a token, a certificate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace edgeconf::rest_proxy {

// Not thread-safe.
class watched_file {
public:
    explicit watched_file(std::filesystem::path file) : file_{std::move(file)} {}

    // True if it is not what it was when this was last asked, and at the first time: written, replaced, or
    // opened to this user. Does not look into it; a file that is not there is one that has not changed.
    bool changed();

    const std::filesystem::path& path() const noexcept { return file_; }

private:
    struct state {
        std::uintmax_t number = 0;
        std::uintmax_t size = 0;
        std::int64_t seconds = 0; // of its status: a mode counts, and a time that was set does not hide
        std::int64_t nanoseconds = 0;
        bool operator==(const state&) const = default;
    };
    std::filesystem::path file_;
    std::optional<state> last_;
};

// Its content, at most `most` bytes; nothing where it cannot be read.
std::optional<std::string> read_small_file(const std::filesystem::path& file, std::size_t most);

} // namespace edgeconf::rest_proxy
