#include "fleet/manifest_files.hpp"

#include "fleet/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace edgeconf::fleet {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t file_limit = 256 << 20;

bool is_manifest_name(const fs::path& path) {
    const auto extension = path.extension();
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

std::error_code last_error() { return {errno, std::generic_category()}; }

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

file_stamp stamp_of(const struct stat& status) {
    return {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim),
            nanoseconds(status.st_ctim)};
}

void unreadable(const fs::path& path, const std::error_code& why, findings& found) {
    found.error(fmt::format("{}: cannot be read: {}", path.string(), why.message()));
}

void not_regular(const fs::path& path, findings& found) {
    found.error(fmt::format("{}: is neither a file nor a directory; move it out of the manifests or give it "
                            "another name",
                            path.string()));
}

// Knows a file or folder again that is met by another path.
class identities {
public:
    // Numbers of inodes alone would do, if every network file system kept them apart.
    bool is_new(const fs::path& path, std::uint64_t device, std::uint64_t inode) {
        const auto [first, last] = seen_.equal_range({device, inode});
        for (auto at = first; at != last; ++at) {
            std::error_code error;
            if (fs::canonical(at->second, error) == fs::canonical(path, error) && !error) return false;
        }
        seen_.emplace(std::pair{device, inode}, path);
        return true;
    }

private:
    std::multimap<std::pair<std::uint64_t, std::uint64_t>, fs::path> seen_;
};

class walk {
public:
    explicit walk(findings& found) : found_{found} {}

    void enter(const fs::path& folder, const struct stat& status);
    manifest_listing listed() &&;

private:
    void visit(const fs::directory_entry& entry);

    findings& found_;
    manifest_listing made_;
    identities folders_seen_; // a link to a folder above would go round for ever
};

void walk::enter(const fs::path& folder, const struct stat& status) {
    if (!folders_seen_.is_new(folder, status.st_dev, status.st_ino)) return;
    made_.folders.push_back(folder);
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        if (at->path().filename().native().front() != '.') entries.push_back(*at);
    }
    if (error) return unreadable(folder, error, found_);
    std::sort(entries.begin(), entries.end(),
              [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
    for (const auto& entry : entries) visit(entry);
}

void walk::visit(const fs::directory_entry& entry) {
    std::error_code ignored;
    const bool is_link = entry.is_symlink(ignored);
    if (is_link) made_.links.push_back(entry.path());
    struct stat status {};
    if (stat(entry.path().c_str(), &status) != 0) {
        // What an editor makes for a moment may be gone; a link may have led to a folder.
        const auto why = last_error();
        const bool passing = why == std::errc::no_such_file_or_directory && !is_link;
        if (!passing || is_manifest_name(entry.path())) unreadable(entry.path(), why, found_);
        return;
    }
    if (S_ISDIR(status.st_mode)) return enter(entry.path(), status);
    if (!is_manifest_name(entry.path())) return;
    if (!S_ISREG(status.st_mode)) return not_regular(entry.path(), found_);
    made_.files.push_back({entry.path().native(), stamp_of(status)});
}

manifest_listing walk::listed() && {
    std::sort(made_.files.begin(), made_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    identities seen;
    std::erase_if(made_.files, [&](const auto& file) {
        return !seen.is_new(file.path, file.stamp.device, file.stamp.inode);
    });
    return std::move(made_);
}

class open_file {
public:
    // Without waiting: opening a pipe would, until somebody writes to it.
    explicit open_file(const char* path)
        : descriptor_{open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)} {}
    ~open_file() {
        if (descriptor_ >= 0) close(descriptor_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;

    std::optional<struct stat> status() const {
        struct stat read {};
        if (descriptor_ < 0 || fstat(descriptor_, &read) != 0) return std::nullopt;
        return read;
    }

    // Up to `size` bytes, fewer at the end of the file; nothing if they cannot be read.
    std::optional<std::size_t> read_into(char* bytes, std::size_t size) const {
        std::size_t done = 0;
        while (done < size) {
            const auto count = read(descriptor_, bytes + done, size - done);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return std::nullopt;
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

private:
    int descriptor_;
};

void changed(std::string_view path, findings& found) {
    found.error(fmt::format("{}: changed while the manifests were read; read them again", path));
}

} // namespace

manifest_listing list_manifests(const fs::path& root, findings& found) {
    struct stat status {};
    if (stat(root.c_str(), &status) != 0) {
        found.error(fmt::format("{}: cannot be read: {}; name a file or a directory of manifests",
                                root.string(), last_error().message()));
        return {};
    }
    if (S_ISREG(status.st_mode)) return {{{root.native(), stamp_of(status)}}};
    if (!S_ISDIR(status.st_mode)) {
        not_regular(root, found);
        return {};
    }
    walk all{found};
    all.enter(root, status);
    auto listing = std::move(all).listed();
    if (listing.files.empty() && !found.failed()) {
        found.warn(fmt::format("{}: holds no .yaml, .yml or .json file", root.string()));
    }
    return listing;
}

bool read_manifest_file(const manifest_listing::file& file, std::string& text, findings& found) {
    const open_file opened{file.path.c_str()};
    const auto status = opened.status();
    if (!status) {
        unreadable(file.path, last_error(), found);
        return false;
    }
    if (stamp_of(*status) != file.stamp) {
        changed(file.path, found);
        return false;
    }
    if (status->st_size > file_limit) {
        found.error(fmt::format("{}: is larger than {} MiB; split it", file.path, file_limit >> 20));
        return false;
    }
    const auto size = static_cast<std::size_t>(status->st_size);
    text.resize(size + 1); // one more shows that it has grown
    const auto count = opened.read_into(text.data(), text.size());
    if (!count) {
        unreadable(file.path, last_error(), found);
        return false;
    }
    text.resize(*count);
    if (*count != size) changed(file.path, found);
    return *count == size;
}

void expect_unchanged(const manifest_listing& before, const manifest_listing& after, findings& found) {
    const auto [one, other] =
        std::mismatch(before.files.begin(), before.files.end(), after.files.begin(), after.files.end());
    if (one != before.files.end()) {
        changed(one->path, found);
    } else if (other != after.files.end()) {
        changed(other->path, found);
    }
}

} // namespace edgeconf::fleet
