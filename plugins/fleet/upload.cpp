#include "fleet/upload.hpp"

#include "fleet/encoding.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace edgeconf::fleet {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
    throw std::system_error{error, std::generic_category(),
                            "the upload cannot be written to " + file.string()};
}

} // namespace

const std::string& upload::begin() {
    end();
    std::array<std::uint8_t, 16> random{};
    if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) fail(file_, errno);
    token_ = hexadecimal(sha256({reinterpret_cast<const char*>(random.data()), random.size()}), 32);
    std::error_code ignored;
    std::filesystem::remove(file_, ignored); // one that a killed process left
    descriptor_ = open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor_ < 0) fail(file_, errno);
    room_ = std::min<std::uint64_t>(limit_, std::filesystem::space(file_).available / 2);
    last_piece_ = std::chrono::steady_clock::now();
    return token_;
}

void upload::append(std::string_view bytes) {
    size_ += bytes.size();
    if (size_ > room_) {
        throw std::system_error{EFBIG, std::generic_category(),
                                fmt::format("an upload may have {} MiB here, half of what is free at {} and "
                                            "no more than {}",
                                            room_ >> 20, file_.parent_path().string(), limit_ >> 20)};
    }
    last_piece_ = std::chrono::steady_clock::now();
    while (!bytes.empty()) {
        const auto written = write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) fail(file_, errno);
        if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void upload::end() noexcept {
    if (descriptor_ < 0) return;
    close(descriptor_);
    descriptor_ = -1;
    size_ = 0;
    unlink(file_.c_str());
}

void upload::end_if_idle(std::chrono::steady_clock::duration patience) noexcept {
    if (std::chrono::steady_clock::now() - last_piece_ >= patience) end();
}

} // namespace edgeconf::fleet
