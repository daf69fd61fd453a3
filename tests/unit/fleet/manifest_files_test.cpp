#include "fleet/manifest_files.hpp"

#include "fleet/finding.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <string>
#include <vector>

using namespace edgeconf::fleet;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_below(const fs::path& root) {
    findings found;
    std::vector<std::string> names;
    for (const auto& file : manifest_files(root, found))
        names.push_back(file.lexically_relative(root).string());
    CHECK_FALSE(found.failed());
    return names;
}

} // namespace

TEST_CASE("manifest files: a directory is searched in sorted order, without hidden names", "[fleet][unit]") {
    const manifest_folder folder;
    for (const auto* name : {"b.yaml", "a.yml", "sub/c.json", "sub/deep/d.yaml", "notes.txt", ".hidden.yaml",
                             ".git/e.yaml", "UPPER.YAML"}) {
        folder.write(name, "");
    }
    CHECK(names_below(folder.path()) ==
          std::vector<std::string>{"a.yml", "b.yaml", "sub/c.json", "sub/deep/d.yaml"});
}

TEST_CASE("manifest files: a mounted ConfigMap is read once", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("mount/..2026_01/fleet.yaml", "");
    fs::create_directory_symlink("..2026_01", folder.path() / "mount/..data");
    fs::create_symlink("..data/fleet.yaml", folder.path() / "mount/fleet.yaml");
    fs::create_directory_symlink("mount", folder.path() / "zz-again");
    CHECK(names_below(folder.path()) == std::vector<std::string>{"mount/fleet.yaml"});
    CHECK(names_below(folder.path() / "zz-again") == std::vector<std::string>{"fleet.yaml"});
}

TEST_CASE("manifest files: a link to a folder above does not go round for ever", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("sub/a.yaml", "");
    fs::create_directory_symlink("..", folder.path() / "sub/up");
    CHECK(names_below(folder.path()) == std::vector<std::string>{"sub/a.yaml"});
}

TEST_CASE("manifest files: what is missing is an error, what is empty a warning", "[fleet][unit]") {
    const manifest_folder folder;
    findings missing;
    CHECK(manifest_files(folder.path() / "nowhere", missing).empty());
    CHECK(missing.failed());
    findings empty;
    CHECK(manifest_files(folder.path(), empty).empty());
    CHECK_FALSE(empty.failed());
    CHECK(empty.all().size() == 1);
    fs::create_symlink("nowhere", folder.path() / "dangling.yaml");
    findings dangling;
    manifest_files(folder.path(), dangling);
    CHECK(dangling.failed());
}
