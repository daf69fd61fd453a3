#include "fleet/list_file.hpp"

#include "manifest_folder.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <utility>
#include <vector>

using namespace edgeconf::fleet;
using Catch::Contains;

namespace {

using lines = std::vector<std::pair<std::size_t, std::string>>;

lines read(std::string_view text) {
    manifest_folder folder;
    folder.write("list", text);
    const auto entries = read_list_file(folder.path() / "list");
    REQUIRE(entries.has_value());
    lines all;
    for (const auto& each : *entries) all.emplace_back(each.line, each.text);
    return all;
}

} // namespace

TEST_CASE("list_file: an entry a line, with its number", "[fleet][unit]") {
    CHECK(read("").empty());
    CHECK(read("\n\n").empty());
    CHECK(read("a") == lines{{1, "a"}});
    CHECK(read("a\nb\n") == lines{{1, "a"}, {2, "b"}});
    CHECK(read("\xef\xbb\xbf"
               "a\r\n\r\n \tb c\t\r\n") == lines{{1, "a"}, {3, "b c"}});
}

TEST_CASE("list_file: comments end a line or stand alone", "[fleet][unit]") {
    CHECK(read("# all pumps\na # the first\n  # none\nb\t#\n#c\n") == lines{{2, "a"}, {4, "b"}});
    CHECK(read("SN#1 # text # more\n") == lines{{1, "SN#1"}});
}

TEST_CASE("list_file: what cannot be read is named", "[fleet][unit]") {
    manifest_folder folder;
    const auto missing = read_list_file(folder.path() / "none");
    REQUIRE_FALSE(missing.has_value());
    CHECK_THAT(missing.error(), Contains((folder.path() / "none").string()) && Contains("No such file"));
    const auto directory = read_list_file(folder.path());
    REQUIRE_FALSE(directory.has_value());
    CHECK_THAT(directory.error(), Contains("not a regular file"));
    folder.write("huge", "x");
    std::filesystem::resize_file(folder.path() / "huge", (64u << 20) + 1); // sparse
    const auto huge = read_list_file(folder.path() / "huge");
    REQUIRE_FALSE(huge.has_value());
    CHECK_THAT(huge.error(), Contains("larger than 64 MiB"));
}
