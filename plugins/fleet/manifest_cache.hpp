// What is remembered of manifests, so that files that have not changed need not be read as YAML again, and so
// that a fleet can go on without its manifests.
#pragma once

#include "fleet/encoding.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::fleet {

// One object: as JSON text, and the line where it begins in its file.
struct cached_manifest {
    std::uint32_t line = 1;
    std::string text;

    bool operator==(const cached_manifest&) const = default;
};

// A file and the objects in it, in its order; what is to be remembered of a reading.
struct manifest_file {
    std::string path;
    // SHA-256 of its bytes. Nothing when there were findings in it: the next reading has to see the file
    // itself, so that it can tell of them again with their exact lines.
    std::optional<digest> content;
    bool known = false;                        // has not changed: what was remembered of it still holds
    std::vector<cached_manifest> objects = {}; // empty if known
};

class manifest_cache {
public:
    manifest_cache() = default;
    manifest_cache(const manifest_cache&) = delete;
    manifest_cache& operator=(const manifest_cache&) = delete;
    virtual ~manifest_cache() = default;

    // The objects of the file at `path` when its bytes had this hash; nothing if that is not remembered. From
    // the thread that reads. May throw, which ends the reading.
    virtual std::optional<std::vector<cached_manifest>> find(std::string_view path,
                                                             const digest& content) = 0;
};

// An object as text and back: the value comes back as it was, numbers to the last bit and members in their
// order. Nothing for text that is not JSON.
std::string to_text(const boost::json::value& root);
std::optional<boost::json::value> from_text(std::string_view text);

} // namespace edgeconf::fleet
