// Where something can happen that changes what the manifests below a root say.
#pragma once

#include "fleet/manifest_files.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace edgeconf::fleet {

// Of one folder: which of its entries matter.
struct watched_folder {
    bool searched = false;       // manifests are looked for in it: all that are not hidden
    std::set<std::string> names; // these in any case

    bool concerns(std::string_view name) const;

    bool operator==(const watched_folder&) const = default;
};

using watched_folders = std::map<std::filesystem::path, watched_folder>;

// `listing` is of `root`. Where something is missing on the way, the folder that lacks it. Follows links as
// they are now; `root` may be relative.
watched_folders folders_to_watch(const std::filesystem::path& root, const manifest_listing& listing);

} // namespace edgeconf::fleet
