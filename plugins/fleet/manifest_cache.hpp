// What has been read of manifest files before, so that those that have not changed need not be read as YAML
// again.
#pragma once

#include "fleet/encoding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgeconf::fleet {

// One object of a file: JSON text, and the line where it begins.
struct cached_manifest {
    std::uint32_t line = 0;
    std::string text;
};

struct manifest_file {
    std::string path;
    digest content{};                     // SHA-256 of its bytes
    bool from_cache = false;              // then `objects` is empty: the cache has them
    std::vector<cached_manifest> objects; // in their order
};

// Asked by the thread that reads manifests.
class manifest_cache {
public:
    virtual ~manifest_cache() = default;

    // The objects of a file with this path and content, or nothing. What is damaged counts as absent.
    virtual std::optional<std::vector<cached_manifest>> find(const std::string& path,
                                                             const digest& content) = 0;
};

} // namespace edgeconf::fleet
