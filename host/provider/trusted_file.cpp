#include "provider/trusted_file.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace edgeconf::provider {
namespace {

namespace fs = std::filesystem;

problem refused(const fs::path& path, std::string_view what) {
    return {errc::denied, fmt::format("provider {}: {}", path.string(), what)};
}

std::string os_error() { return std::error_code{errno, std::generic_category()}.message(); }

bool is_ours(const struct stat& s) { return s.st_uid == 0 || s.st_uid == geteuid(); }
bool others_write(const struct stat& s) { return (s.st_mode & (S_IWGRP | S_IWOTH)) != 0; }

std::optional<std::string> distrust_file(int fd) {
    struct stat s {};
    if (fstat(fd, &s) != 0) return "cannot be examined: " + os_error();
    if (!S_ISREG(s.st_mode)) return "is not a regular file";
    if (!is_ours(s))
        return fmt::format(
            "belongs to user {}; it has to belong to root or to the user that runs edgeconf: chown it",
            s.st_uid);
    if (others_write(s)) return "is writable by its group or by everyone: chmod go-w it";
    return std::nullopt;
}

std::optional<std::string> distrust_folders(const fs::path& file) {
    bool holds_the_file = true;
    for (auto folder = file.parent_path();; folder = folder.parent_path()) {
        struct stat s {};
        if (stat(folder.c_str(), &s) != 0)
            return "its folder " + folder.string() + " cannot be examined: " + os_error();
        if (!is_ours(s))
            return fmt::format("its folder {} belongs to user {}; chown it to root", folder.string(),
                               s.st_uid);
        const bool sticky_ancestor = !holds_the_file && (s.st_mode & S_ISVTX) != 0;
        if (others_write(s) && !sticky_ancestor)
            return fmt::format("its folder {} is writable by its group or by everyone: chmod go-w it",
                               folder.string());
        if (folder == folder.root_path()) return std::nullopt;
        holds_the_file = false;
    }
}

std::optional<std::string> hash(int fd) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::nullopt;
    std::array<char, 64 * 1024> chunk;
    off_t offset = 0;
    for (;;) {
        const auto read = pread(fd, chunk.data(), chunk.size(), offset);
        if (read < 0) return std::nullopt;
        if (read == 0) break;
        if (EVP_DigestUpdate(context.get(), chunk.data(), static_cast<std::size_t>(read)) != 1)
            return std::nullopt;
        offset += read;
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context.get(), digest.data(), &size) != 1) return std::nullopt;
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

} // namespace

trusted_file::trusted_file(int fd, fs::path path) noexcept : fd_{fd}, path_{std::move(path)} {}

trusted_file::trusted_file(trusted_file&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, keep_{other.keep_}, path_{std::move(other.path_)} {}

trusted_file::~trusted_file() {
    if (fd_ >= 0 && !keep_) close(fd_);
}

result<trusted_file> trusted_file::open(const fs::path& path, std::string_view sha256) {
    std::error_code ec;
    const auto real = fs::canonical(path, ec);
    if (ec == std::errc::no_such_file_or_directory)
        return refused(path,
                       "there is no such file; check provider.library and whether the provider is installed");
    if (ec) return refused(path, "cannot be found: " + ec.message());

    trusted_file file{::open(real.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), real};
    if (file.fd_ < 0) return refused(real, "cannot be opened: " + os_error());
    if (const auto why = distrust_file(file.fd_)) return refused(real, *why);
    if (const auto why = distrust_folders(real)) return refused(real, *why);
    if (sha256.empty()) return file;

    const auto actual = hash(file.fd_);
    if (!actual) return refused(real, "cannot be read: " + os_error());
    if (*actual != sha256)
        return refused(real,
                       fmt::format("its SHA-256 is {}, but provider.sha256 says {}; if the file was meant to "
                                   "change, change the pin",
                                   *actual, sha256));
    return file;
}

std::string trusted_file::load_path() const { return fmt::format("/proc/self/fd/{}", fd_); }

} // namespace edgeconf::provider
