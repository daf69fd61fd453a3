#include "support/catch.hpp"
#include "unit/host/scratch_folder.hpp"

#include "provider/trusted_file.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;
using Catch::Contains;
using edgeconf::errc;
using edgeconf::provider::trusted_file;

namespace {

constexpr auto content = "abc";
constexpr auto content_sha256 =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1

std::string refusal(const fs::path& path, std::string_view sha256 = {}) {
    const auto opened = trusted_file::open(path, sha256);
    if (opened) return "";
    CHECK_THAT(opened.error().detail, Catch::StartsWith("provider /"));
    return opened.error().detail;
}

void mode(const fs::path& path, mode_t bits) { REQUIRE(chmod(path.c_str(), bits) == 0); }

std::string read_all(const std::string& path) {
    std::ifstream in{path};
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
}

} // namespace

TEST_CASE("trusted_file: a file of ours in a folder of ours is trusted", "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    const auto opened = trusted_file::open(file, "");
    REQUIRE(opened.has_value());
    CHECK(opened->path() == file);
    CHECK(read_all(opened->load_path()) == content);
}

TEST_CASE("trusted_file: the bytes that were checked stay, whatever becomes of the name",
          "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    const auto opened = trusted_file::open(file, content_sha256);
    REQUIRE(opened.has_value());
    fs::remove(file);
    folder.write("a.so", "something else");
    CHECK(read_all(opened->load_path()) == content);
}

TEST_CASE("trusted_file: the descriptor is closed with the object unless it is to be kept",
          "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    std::string gone;
    std::string kept;
    {
        auto opened = trusted_file::open(file, "");
        REQUIRE(opened.has_value());
        gone = opened->load_path();
        const auto moved = std::move(*opened); // the source closes nothing
        CHECK(read_all(moved.load_path()) == content);
    }
    CHECK_FALSE(fs::exists(fs::symlink_status(gone)));
    {
        auto opened = trusted_file::open(file, "");
        opened->keep_open();
        kept = opened->load_path();
    }
    CHECK(read_all(kept) == content);
    close(std::stoi(kept.substr(kept.rfind('/') + 1)));
}

TEST_CASE("trusted_file: what is not there is told with the setting to look at", "[provider][trusted_file]") {
    const scratch_folder folder;
    CHECK_THAT(refusal(folder.path() / "absent.so"),
               Contains("/absent.so: there is no such file; check provider.library"));
    CHECK_THAT(refusal(folder.path() / "no/folder/absent.so"), Contains("there is no such file"));
    fs::create_symlink(folder.path() / "nowhere", folder.path() / "dangling.so");
    CHECK_THAT(refusal(folder.path() / "dangling.so"), Contains("there is no such file"));
    fs::create_symlink("loop.so", folder.path() / "loop.so");
    CHECK_THAT(refusal(folder.path() / "loop.so"), Contains("cannot be found"));
    folder.write("file", content);
    CHECK_FALSE(refusal(folder.path() / "file" / "a.so").empty());
}

TEST_CASE("trusted_file: only a regular file is one", "[provider][trusted_file]") {
    const scratch_folder folder;
    fs::create_directory(folder.path() / "folder.so");
    CHECK_THAT(refusal(folder.path() / "folder.so"), Contains("is not a regular file"));
    REQUIRE(mkfifo((folder.path() / "pipe.so").c_str(), 0600) == 0);
    CHECK_THAT(refusal(folder.path() / "pipe.so"), Contains("is not a regular file"));
    CHECK_THAT(refusal("/dev/null"), Contains("is not a regular file"));
}

TEST_CASE("trusted_file: a file that others may write is refused", "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    const auto bits = GENERATE(as<mode_t>{}, 0620, 0602, 0666, 0777);
    mode(file, bits);
    CHECK_THAT(refusal(file), Contains("/a.so: is writable by its group or by everyone: chmod go-w it"));
    mode(file, 0755);
    CHECK(refusal(file).empty());
}

TEST_CASE("trusted_file: a folder that others may write is refused, also far above",
          "[provider][trusted_file]") {
    const scratch_folder folder;
    fs::create_directories(folder.path() / "one/two");
    for (const auto* made : {"one", "one/two"}) mode(folder.path() / made, 0755);
    const auto file = folder.write("one/two/a.so", content);
    CHECK(refusal(file).empty());
    const auto open = GENERATE(as<std::string>{}, "one", "one/two");
    const auto bits = GENERATE(as<mode_t>{}, 0775, 0757, 0777);
    mode(folder.path() / open, bits);
    CHECK_THAT(refusal(file),
               Contains("its folder " + (folder.path() / open).string() + " is writable by its group") &&
                   Contains("chmod go-w"));
}

TEST_CASE("trusted_file: a sticky folder is good enough above the file's own folder",
          "[provider][trusted_file]") {
    const scratch_folder folder;
    fs::create_directories(folder.path() / "sticky/own");
    mode(folder.path() / "sticky/own", 0755);
    mode(folder.path() / "sticky", 01777);
    const auto inside = folder.write("sticky/own/a.so", content);
    CHECK(refusal(inside).empty());
    const auto holder = folder.write("sticky/a.so", content);
    CHECK_THAT(refusal(holder),
               Contains("its folder " + (folder.path() / "sticky").string() + " is writable"));
}

TEST_CASE("trusted_file: a symbolic link is followed, and what it leads to is judged",
          "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    fs::create_symlink("a.so", folder.path() / "link.so");
    const auto opened = trusted_file::open(folder.path() / "link.so", "");
    REQUIRE(opened.has_value());
    CHECK(opened->path() == file);

    mode(file, 0666);
    CHECK_THAT(refusal(folder.path() / "link.so"), Contains("/a.so: is writable"));
}

TEST_CASE("trusted_file: the pin has to be the content's hash", "[provider][trusted_file]") {
    const scratch_folder folder;
    const auto file = folder.write("a.so", content);
    CHECK(refusal(file, content_sha256).empty());
    auto other = std::string{content_sha256};
    other[63] = 'e';
    CHECK_THAT(refusal(file, other), Contains(std::string{"its SHA-256 is "} + content_sha256) &&
                                         Contains(other) && Contains("change the pin"));
    // More than one read.
    const auto large = folder.write("b.so", std::string(1'000'000, 'a')); // FIPS 180-2, B.3
    CHECK(refusal(large, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0").empty());
}

TEST_CASE("trusted_file: what belongs to another user is refused", "[provider][trusted_file]") {
    if (geteuid() != 0) {
        WARN("skipped: only root can give files away");
        return;
    }
    const scratch_folder folder;
    fs::create_directory(folder.path() / "theirs");
    mode(folder.path() / "theirs", 0755);
    const auto file = folder.write("a.so", content);
    const auto inside = folder.write("theirs/a.so", content);
    CHECK(refusal(inside).empty());

    REQUIRE(chown(file.c_str(), 12345, 0) == 0);
    CHECK_THAT(refusal(file), Contains("belongs to user 12345") && Contains("chown it"));
    REQUIRE(chown((folder.path() / "theirs").c_str(), 12345, 0) == 0);
    CHECK_THAT(refusal(inside),
               Contains("its folder " + (folder.path() / "theirs").string() + " belongs to user 12345"));
}
