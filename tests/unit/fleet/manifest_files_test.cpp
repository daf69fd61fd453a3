#include "fleet/manifest_files.hpp"

#include "fleet/finding.hpp"
#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <string>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace edgeconf::fleet;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_below(const fs::path& root) {
    findings found;
    std::vector<std::string> names;
    for (const auto& file : list_manifests(root, found).files)
        names.push_back(fs::path{file.path}.lexically_relative(root).string());
    CHECK_FALSE(found.failed());
    return names;
}

// What is found while `root` is listed and its files are read.
std::string findings_below(const fs::path& root) {
    findings found;
    std::string text;
    for (const auto& file : list_manifests(root, found).files) read_manifest_file(file, text, found);
    std::string all;
    for (const auto& each : found.all()) all += each.text + "\n";
    return all;
}

bool starts_with(const std::string& text, const fs::path& path, const std::string& rest) {
    return text.starts_with(path.string() + rest);
}

// Makes this thread somebody whom permissions hold for, if it is root.
class unprivileged {
public:
    unprivileged() : before_{setfsuid(geteuid() == 0 ? 65534 : geteuid())} {}
    ~unprivileged() { setfsuid(static_cast<uid_t>(before_)); }
    unprivileged(const unprivileged&) = delete;
    unprivileged& operator=(const unprivileged&) = delete;

private:
    int before_;
};

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

TEST_CASE("manifest files: two names of one file are two files", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "");
    fs::create_hard_link(folder.path() / "a.yaml", folder.path() / "b.yaml");
    fs::create_symlink("a.yaml", folder.path() / "c.yaml");
    CHECK(names_below(folder.path()) == std::vector<std::string>{"a.yaml", "b.yaml"});
}

TEST_CASE("manifest files: a listing names what was searched and followed", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("sub/a.yaml", "");
    fs::create_symlink("sub/a.yaml", folder.path() / "b.yaml");
    findings found;
    const auto listing = list_manifests(folder.path(), found);
    CHECK(listing.folders == std::vector<fs::path>{folder.path(), folder.path() / "sub"});
    CHECK(listing.links == std::vector<fs::path>{folder.path() / "b.yaml"});
}

TEST_CASE("manifest files: what is missing is an error, what is empty a warning", "[fleet][unit]") {
    const manifest_folder folder;
    CHECK(starts_with(findings_below(folder.path() / "nowhere"), folder.path() / "nowhere",
                      ": cannot be read: No such file"));
    findings empty;
    CHECK(list_manifests(folder.path(), empty).files.empty());
    CHECK_FALSE(empty.failed());
    CHECK(empty.all().size() == 1);
}

TEST_CASE("manifest files: a link that leads nowhere could be a folder, so it is an error", "[fleet][unit]") {
    for (const auto* name : {"dangling.yaml", "plant-2"}) {
        for (const auto* target : {"nowhere", "plant-2"}) {
            CAPTURE(name, target);
            const manifest_folder folder;
            folder.write("a.yaml", "");
            fs::create_symlink("nowhere", folder.path() / ".#a.yaml"); // an editor's lock
            CHECK(findings_below(folder.path()).empty());
            fs::create_symlink(target, folder.path() / name);
            CHECK(starts_with(findings_below(folder.path()), folder.path() / name, ": cannot be read"));
        }
    }
}

TEST_CASE("manifest files: what permissions forbid is an error", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("sub/a.yaml", "");
    folder.write("b.yaml", "");
    fs::permissions(folder.path(), fs::perms{0755});
    fs::permissions(folder.path() / "sub", fs::perms::none);
    {
        const unprivileged now;
        CHECK(starts_with(findings_below(folder.path()), folder.path() / "sub",
                          ": cannot be read: Permission"));
    }
    fs::permissions(folder.path() / "sub", fs::perms{0755});
    fs::permissions(folder.path() / "b.yaml", fs::perms::none);
    const unprivileged now;
    CHECK(
        starts_with(findings_below(folder.path()), folder.path() / "b.yaml", ": cannot be read: Permission"));
}

TEST_CASE("manifest files: a pipe or a device is an error and nothing to wait for", "[fleet][unit]") {
    const manifest_folder folder;
    const auto pipe = folder.path() / "pipe.yaml";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(starts_with(findings_below(folder.path()), pipe, ": is neither a file nor a directory"));
    CHECK(starts_with(findings_below(pipe), pipe, ": is neither a file nor a directory"));
    fs::remove(pipe);
    fs::create_symlink("/dev/zero", folder.path() / "zero.yaml");
    CHECK(starts_with(findings_below(folder.path()), folder.path() / "zero.yaml", ": is neither"));
    CHECK(starts_with(findings_below("/dev/zero"), "/dev/zero", ": is neither"));
}

TEST_CASE("manifest files: a file is read as it was listed or not at all", "[fleet][unit]") {
    const manifest_folder folder;
    const auto path = folder.path() / "a.yaml";
    folder.write("a.yaml", "kind: x\n");
    findings found;
    const auto listing = list_manifests(folder.path(), found);
    REQUIRE(listing.files.size() == 1);
    std::string text{"something longer that was there before"};
    REQUIRE(read_manifest_file(listing.files[0], text, found));
    CHECK(text == "kind: x\n");

    SECTION("gone") {
        fs::remove(path);
        CHECK_FALSE(read_manifest_file(listing.files[0], text, found));
        CHECK(starts_with(found.all().at(0).text, path, ": cannot be read: No such file"));
    }
    SECTION("a pipe by now") {
        fs::remove(path);
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        CHECK_FALSE(read_manifest_file(listing.files[0], text, found));
        CHECK(starts_with(found.all().at(0).text, path, ": changed while"));
    }
    SECTION("longer") {
        folder.write("a.yaml", "kind: xy\n");
        CHECK_FALSE(read_manifest_file(listing.files[0], text, found));
        CHECK(starts_with(found.all().at(0).text, path, ": changed while"));
    }
    SECTION("longer than it says it is, as if it had grown meanwhile") {
        fs::remove(path);
        fs::create_symlink("/proc/self/status", path);
        const auto grows = list_manifests(folder.path(), found);
        REQUIRE(grows.files.size() == 1);
        CHECK_FALSE(read_manifest_file(grows.files[0], text, found));
        CHECK(starts_with(found.all().at(0).text, path, ": changed while"));
    }
}

TEST_CASE("manifest files: larger than 256 MiB is an error", "[fleet][unit]") {
    const manifest_folder folder;
    folder.write("a.yaml", "");
    fs::resize_file(folder.path() / "a.yaml", (256u << 20) + 1); // a hole, which takes no room
    CHECK(starts_with(findings_below(folder.path()), folder.path() / "a.yaml", ": is larger than 256 MiB"));
}

TEST_CASE("manifest files: the first difference between two listings is named", "[fleet][unit]") {
    const manifest_listing before{{{"a", {.size = 1}}, {"b", {.size = 1}}}};
    const auto found = [&](const manifest_listing& after) {
        findings made;
        expect_unchanged(before, after, made);
        return made.failed() ? made.all().at(0).text.substr(0, 2) : "";
    };
    CHECK(found(before).empty());
    CHECK(found({{{"a", {.size = 1}}, {"b", {.size = 2}}}}) == "b:");
    CHECK(found({{{"a", {.size = 1}}}}) == "b:");
    CHECK(found({{{"a", {.size = 1}}, {"b", {.size = 1}}, {"c", {}}}}) == "c:");
    CHECK(found({{{"a", {.size = 1, .changed = 1}}, {"b", {.size = 1}}}}) == "a:");
}
