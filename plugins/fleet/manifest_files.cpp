#include "fleet/manifest_files.hpp"

#include "fleet/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

namespace edgeconf::fleet {

namespace {

namespace fs = std::filesystem;

bool is_manifest_name(const fs::path& path) {
    const auto extension = path.extension();
    return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

class walk {
public:
    explicit walk(findings& found) : found_{found} {}

    void enter(const fs::path& folder);
    std::vector<fs::path> listed() &&;

private:
    void visit(const fs::path& entry);
    void unreadable(const fs::path& path, const std::error_code& why) {
        found_.error(fmt::format("{}: cannot be read: {}", path.string(), why.message()));
    }

    findings& found_;
    std::vector<fs::path> files_;
    std::set<fs::path> folders_seen_; // real paths: a link to a folder above would go round for ever
};

void walk::enter(const fs::path& folder) {
    std::error_code error;
    const auto real = fs::canonical(folder, error);
    if (error) return unreadable(folder, error);
    if (!folders_seen_.insert(real).second) return;
    std::vector<fs::path> entries;
    for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
        if (at->path().filename().native().front() != '.') entries.push_back(at->path());
    }
    if (error) return unreadable(folder, error);
    std::sort(entries.begin(), entries.end());
    for (const auto& entry : entries) visit(entry);
}

void walk::visit(const fs::path& entry) {
    std::error_code error;
    const auto status = fs::status(entry, error);
    if (error && is_manifest_name(entry)) return unreadable(entry, error);
    if (fs::is_directory(status)) return enter(entry);
    if (fs::is_regular_file(status) && is_manifest_name(entry)) files_.push_back(entry);
}

std::vector<fs::path> walk::listed() && {
    std::sort(files_.begin(), files_.end());
    std::set<fs::path> real_files;
    std::erase_if(files_, [&](const fs::path& file) {
        std::error_code error;
        const auto real = fs::canonical(file, error);
        return !error && !real_files.insert(real).second;
    });
    return std::move(files_);
}

} // namespace

std::vector<fs::path> manifest_files(const fs::path& root, findings& found) {
    std::error_code error;
    const auto status = fs::status(root, error);
    if (error || !fs::exists(status)) {
        found.error(fmt::format("{}: cannot be read: {}; name a file or a directory of manifests",
                                root.string(), error ? error.message() : "no such file or directory"));
        return {};
    }
    if (!fs::is_directory(status)) return {root};
    walk all{found};
    all.enter(root);
    auto files = std::move(all).listed();
    if (files.empty() && !found.failed()) {
        found.warn(fmt::format("{}: holds no .yaml, .yml or .json file", root.string()));
    }
    return files;
}

} // namespace edgeconf::fleet
