// What an administrator sends in pieces, gathered in a file: it may be larger than memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// One at a time: a new one ends the one before. One thread at a time; writing to disk takes its time. What
// fails throws std::system_error.
class upload {
public:
    static constexpr std::uint64_t limit = 64ull << 30; // bytes

    explicit upload(std::filesystem::path file) : file_{std::move(file)} {}
    ~upload() { end(); }
    upload(const upload&) = delete;
    upload& operator=(const upload&) = delete;

    // The token by which the rest belongs to it. Only we can read the file: it may hold Secrets.
    const std::string& begin();

    bool is(std::string_view token) const noexcept { return descriptor_ >= 0 && token == token_; }
    void append(std::string_view bytes);

    const std::filesystem::path& file() const noexcept { return file_; }

    // The file is gone afterwards.
    void end() noexcept;

private:
    const std::filesystem::path file_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::string token_;
};

} // namespace edgeconf::fleet
