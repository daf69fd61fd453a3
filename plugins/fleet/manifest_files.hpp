// Which files a `manifests` setting names, and their bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::fleet {

class findings;

// What tells a file that was changed or replaced from one that was not. Times are in nanoseconds since
// 1970; file systems count them in steps of some milliseconds, so two writes can share one.
struct file_stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0; // bytes
    std::int64_t modified = 0;
    std::int64_t changed = 0; // the file or what is noted about it

    bool operator==(const file_stamp&) const = default;
};

struct manifest_listing {
    struct file {
        std::string path;
        file_stamp stamp;

        bool operator==(const file&) const = default;
    };

    std::vector<file> files;                      // sorted by path
    std::vector<std::filesystem::path> folders{}; // that were searched
    std::vector<std::filesystem::path> links{};   // that were followed, or lead nowhere
};

// `root` itself when it is a file; else every .yaml, .yml and .json below it. Entries whose name starts
// with a dot are skipped, links are followed and each real file is listed once: a mounted ConfigMap, where
// every file is a link into the hidden folder `..data`, reads as it should. What could hold manifests and
// cannot be read is an error in `found`: a folder, a link that leads nowhere, a pipe named like a manifest.
// Reads no file. 100,000 files take some 0.4 s.
manifest_listing list_manifests(const std::filesystem::path& root, findings& found);

// The bytes of a listed file, into `text`, whose room is used again. False, with an error in `found`, if it
// is gone, too large, not readable or not as it was listed. Never waits for a writer of a pipe.
bool read_manifest_file(const manifest_listing::file& file, std::string& text, findings& found);

// An error in `found` for the first file that is not in both listings or differs: objects could have moved
// from a file not yet read to one that was, and a fleet read so would lack them.
void expect_unchanged(const manifest_listing& before, const manifest_listing& after, findings& found);

} // namespace edgeconf::fleet
