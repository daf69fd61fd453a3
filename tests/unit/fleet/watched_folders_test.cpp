#include "fleet/watched_folders.hpp"

#include "fleet/finding.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <set>
#include <string>

using namespace edgeconf::fleet;
namespace fs = std::filesystem;

namespace {

using names = std::set<std::string>;

watched_folders below(const fs::path& root) {
    findings ignored;
    return folders_to_watch(root, list_manifests(root, ignored));
}

} // namespace

TEST_CASE("watched folders: all that is searched, and the root's own name", "[fleet][unit]") {
    const manifest_folder folder;
    const auto root = folder.path() / "root";
    folder.write("root/sub/a.yaml", "");
    const watched_folders expected{
        {folder.path(), {false, {"root"}}}, {root, {true, {}}}, {root / "sub", {true, {}}}};
    CHECK(below(root) == expected);
    CHECK(below(root / "") == watched_folders{{folder.path(), {false, {"root"}}},
                                              {root / "", {true, {}}},
                                              {root / "sub", {true, {}}}});
}

TEST_CASE("watched folders: a single file is watched in its folder", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "");
    CHECK(below(folder.path() / "a.yaml") == watched_folders{{folder.path(), {false, {"a.yaml"}}}});
}

TEST_CASE("watched folders: each link on the way to a file can be set anew", "[fleet][unit]") {
    const manifest_folder folder;
    const auto root = folder.path() / "root";
    folder.write("root/..1/a.yaml", "");
    fs::create_directory_symlink("./..1/", root / "..data");
    fs::create_symlink("..data/a.yaml", root / "a.yaml");
    auto made = below(root);
    CHECK(made.at(root) == watched_folder{true, {"..data", "a.yaml"}});
    CHECK(made.at(root / "..1") == watched_folder{false, {"a.yaml"}});

    folder.write("elsewhere/v1/b.yaml", "");
    fs::create_directory_symlink(folder.path() / "elsewhere/v1", folder.path() / "elsewhere/now");
    fs::create_directory_symlink("../elsewhere/../elsewhere/now", root / "sub");
    made = below(root);
    CHECK(made.at(root).names.contains("sub"));
    CHECK(made.at(root / "sub") == watched_folder{true, {}});
    CHECK(made.at(folder.path() / "elsewhere") == watched_folder{false, {"now", "v1"}});
}

TEST_CASE("watched folders: of a root that is a link, both places", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("v1/a.yaml", "");
    fs::create_directory_symlink("v1", folder.path() / "root");
    CHECK(below(folder.path() / "root") ==
          watched_folders{{folder.path(), {false, {"root", "v1"}}}, {folder.path() / "root", {true, {}}}});
}

TEST_CASE("watched folders: where something is missing, the folder that lacks it", "[fleet][unit]") {
    const manifest_folder folder;
    CHECK(below(folder.path() / "not/yet/there") == watched_folders{{folder.path(), {false, {"not"}}}});
    folder.write("root/a.yaml", "");
    fs::create_symlink("gone.yaml", folder.path() / "root/b.yaml");
    CHECK(below(folder.path() / "root").at(folder.path() / "root").names == names{"b.yaml", "gone.yaml"});
}

TEST_CASE("watched folders: links that go round end", "[fleet][unit]") {
    const manifest_folder folder;
    fs::create_symlink("b.yaml", folder.path() / "a.yaml");
    fs::create_symlink("a.yaml", folder.path() / "b.yaml");
    CHECK(below(folder.path()).at(folder.path()).names == names{"a.yaml", "b.yaml"});
    CHECK(below(folder.path() / "a.yaml").at(folder.path()).names == names{"a.yaml", "b.yaml"});
}

TEST_CASE("watched folders: hidden entries concern nobody unless they are on the way", "[fleet][unit]") {
    const watched_folder searched{true, {"..data"}};
    CHECK(searched.concerns("a.yaml"));
    CHECK(searched.concerns("..data"));
    CHECK_FALSE(searched.concerns(".a.yaml.swp"));
    const watched_folder passed{false, {"root"}};
    CHECK(passed.concerns("root"));
    CHECK_FALSE(passed.concerns("a.yaml"));
}
