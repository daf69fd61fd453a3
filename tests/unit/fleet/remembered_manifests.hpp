// Remembers manifests as a provider's database does, for one run.
#pragma once

#include "fleet/manifest_cache.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgeconf::fleet {

class remembered_manifests final : public manifest_cache {
public:
    // Of a reading: files that are not in it are forgotten.
    void remember(std::vector<manifest_file> read) {
        std::map<std::string, manifest_file, std::less<>> next;
        for (auto& each : read) {
            const auto before = files_.find(each.path);
            const bool keep = each.known && before != files_.end();
            next.emplace(each.path, std::move(keep ? before->second : each));
        }
        files_ = std::move(next);
    }

    std::optional<std::vector<cached_manifest>> find(std::string_view path, const digest& content) override {
        const auto file = files_.find(path);
        if (file == files_.end() || file->second.content != content) return std::nullopt;
        ++found_;
        return file->second.objects;
    }

    std::vector<manifest_file> all() const {
        std::vector<manifest_file> listed;
        for (const auto& [path, file] : files_) listed.push_back(file);
        return listed;
    }

    std::size_t found() const noexcept { return found_; } // files, so far
    manifest_file& at(const std::string& path) { return files_.at(path); }

private:
    std::map<std::string, manifest_file, std::less<>> files_;
    std::size_t found_ = 0;
};

} // namespace edgeconf::fleet
