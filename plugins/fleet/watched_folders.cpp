#include "fleet/watched_folders.hpp"

#include <deque>
#include <system_error>

namespace edgeconf::fleet {

namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40; // as the kernel follows

// Before the names that are still to be looked up; those that lead nowhere else are left out.
void prepend(const fs::path& path, std::deque<fs::path>& rest) {
    std::deque<fs::path> names;
    for (const auto& name : path) {
        if (!name.empty() && name != ".") names.push_back(name);
    }
    rest.insert(rest.begin(), names.begin(), names.end());
}

// Walks along `path` as the kernel does and notes each link, what it ends at, and what is missing.
void follow(const fs::path& path, watched_folders& into) {
    std::deque<fs::path> rest;
    prepend(path, rest);
    fs::path folder;
    for (int links = 0; !rest.empty();) {
        const auto name = rest.front();
        rest.pop_front();
        if (name.is_absolute() || name == "..") {
            folder = name.is_absolute() ? name : folder.parent_path();
            continue;
        }
        std::error_code error;
        const auto here = folder / name;
        const auto status = fs::symlink_status(here, error);
        const bool is_link = fs::is_symlink(status);
        if (is_link || rest.empty() || !fs::exists(status)) into[folder].names.insert(name.native());
        if (!fs::exists(status)) return;
        if (!is_link) {
            folder = here;
            continue;
        }
        const auto target = fs::read_symlink(here, error);
        if (error || ++links > most_links) return;
        prepend(target, rest);
    }
}

} // namespace

bool watched_folder::concerns(std::string_view name) const {
    return (searched && !name.starts_with('.')) || names.contains(std::string{name});
}

watched_folders folders_to_watch(const fs::path& root, const manifest_listing& listing) {
    watched_folders all;
    std::error_code error;
    follow(fs::absolute(root, error), all);
    for (const auto& folder : listing.folders) all[fs::absolute(folder, error)].searched = true;
    for (const auto& link : listing.links) follow(fs::absolute(link, error), all);
    return all;
}

} // namespace edgeconf::fleet
