#include "rest-proxy/watched_file.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <filesystem>
#include <string>

using namespace edgeconf::rest_proxy;
namespace fs = std::filesystem;
namespace test = edgeconf::test;

TEST_CASE("watched file: it has changed at the first look, and then when it was written",
          "[rest-proxy][file]") {
    const test::temp_folder folder;
    watched_file tested{folder.write("token", "one")};
    CHECK(tested.changed());
    CHECK_FALSE(tested.changed());
    folder.write("token", "longer");
    CHECK(tested.changed());
    CHECK_FALSE(tested.changed());
}

TEST_CASE("watched file: another one in its place counts, of the same size and time, too",
          "[rest-proxy][file]") {
    const test::temp_folder folder;
    const auto file = folder.write("token", "one");
    watched_file tested{file};
    REQUIRE(tested.changed());
    const auto next = folder.write("next", "two");
    fs::last_write_time(next, fs::last_write_time(file));
    fs::rename(next, file);
    CHECK(tested.changed());
    CHECK_FALSE(tested.changed());
}

TEST_CASE("watched file: a link that leads elsewhere counts", "[rest-proxy][file]") {
    const test::temp_folder folder;
    const auto one = folder.write("1/token", "one");
    const auto two = folder.write("2/token", "two");
    fs::last_write_time(two, fs::last_write_time(one));
    const auto link = folder.path() / "data";
    fs::create_directory_symlink("1", link);
    watched_file tested{link / "token"};
    REQUIRE(tested.changed());
    fs::create_directory_symlink("2", folder.path() / "new");
    fs::rename(folder.path() / "new", link);
    CHECK(tested.changed());
}

TEST_CASE("watched file: one that was opened to this user afterwards is looked at again",
          "[rest-proxy][file]") {
    const test::temp_folder folder;
    const auto file = folder.write("token", "one");
    fs::permissions(file, fs::perms::none);
    watched_file tested{file};
    REQUIRE(tested.changed());
    fs::permissions(file, fs::perms::owner_read);
    CHECK(tested.changed());
}

TEST_CASE("watched file: one that is gone has not changed, one that is back has", "[rest-proxy][file]") {
    const test::temp_folder folder;
    const auto file = folder.path() / "token";
    watched_file tested{file};
    CHECK_FALSE(tested.changed());
    folder.write("token", "one");
    CHECK(tested.changed());
    fs::remove(file);
    CHECK_FALSE(tested.changed());
    folder.write("token", "another");
    CHECK(tested.changed());
}

TEST_CASE("watched file: a small file is read whole or not at all", "[rest-proxy][file]") {
    const test::temp_folder folder;
    CHECK(read_small_file(folder.write("a", ""), 4) == "");
    CHECK(read_small_file(folder.write("b", "1234"), 4) == "1234");
    CHECK(read_small_file(folder.write("c", std::string{"1\0\n4", 4}), 4) == std::string("1\0\n4", 4));
    CHECK_FALSE(read_small_file(folder.write("d", "12345"), 4));
    CHECK_FALSE(read_small_file(folder.path() / "nowhere", 4));
    CHECK_FALSE(read_small_file(folder.path(), 4));
}
