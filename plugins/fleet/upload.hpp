// What an administrator sends in pieces, gathered in a file: it may be larger than memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// One at a time: a new one ends the one before. One thread at a time; writing to disk takes its time. What
// fails throws std::system_error: so does one that grows past `limit` bytes, or past half of what was free on
// its disk when it began, for that is the store's, too.
class upload {
public:
    static constexpr std::uint64_t usual_limit = 8ull << 30; // bytes

    explicit upload(std::filesystem::path file, std::uint64_t limit = usual_limit)
        : file_{std::move(file)}, limit_{limit} {}
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

    // Ends it if nothing has come for so long: whoever sent it has gone.
    void end_if_idle(std::chrono::steady_clock::duration patience) noexcept;

private:
    const std::filesystem::path file_;
    const std::uint64_t limit_;
    std::uint64_t room_ = 0; // bytes that it may have
    std::chrono::steady_clock::time_point last_piece_{};
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
    std::string token_;
};

} // namespace edgeconf::fleet
