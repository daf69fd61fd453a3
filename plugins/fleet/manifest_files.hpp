// Which files a `manifests` setting names.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace edgeconf::fleet {

class findings;

// `root` itself when it is a file; else every .yaml, .yml and .json below it, sorted by path. Entries
// whose name starts with a dot are skipped, links are followed and each real file is listed once: a
// mounted ConfigMap, where every file is a link into the hidden folder `..data`, reads as it should.
// What cannot be read is an error in `found`.
std::vector<std::filesystem::path> manifest_files(const std::filesystem::path& root, findings& found);

} // namespace edgeconf::fleet
