#include "fleet/upload.hpp"

#include "manifest_folder.hpp"

#include "support/catch.hpp"

#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

using namespace edgeconf::fleet;

namespace {

std::string read_file(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

} // namespace

TEST_CASE("upload: pieces of one token are gathered in a file of ours alone, which goes with it",
          "[fleet][unit]") {
    const manifest_folder folder;
    upload sent{folder.path() / "sent"};
    const auto token = sent.begin();
    CHECK(sent.is(token));
    CHECK_FALSE(sent.is(token + "x"));
    sent.append("one ");
    sent.append("two");
    CHECK(read_file(sent.file()) == "one two");
    struct stat is {};
    REQUIRE(stat(sent.file().c_str(), &is) == 0);
    CHECK((is.st_mode & 07777U) == 0600);
    const auto other = sent.begin();
    CHECK_FALSE(sent.is(token));
    CHECK(read_file(sent.file()).empty());
    sent.end();
    CHECK_FALSE(sent.is(other));
    CHECK_FALSE(std::filesystem::exists(sent.file()));
}

TEST_CASE("upload: one of which nothing has come for long enough ends", "[fleet][unit]") {
    const manifest_folder folder;
    upload sent{folder.path() / "sent"};
    const auto token = sent.begin();
    sent.append("half of it");
    sent.end_if_idle(std::chrono::hours{1});
    CHECK(sent.is(token));
    sent.end_if_idle(std::chrono::seconds{0});
    CHECK_FALSE(sent.is(token));
    CHECK_FALSE(std::filesystem::exists(sent.file()));
    sent.end_if_idle(std::chrono::seconds{0}); // there is none
}

TEST_CASE("upload: one that grows past its limit is refused", "[fleet][unit]") {
    const manifest_folder folder;
    upload sent{folder.path() / "sent", 3u << 20};
    sent.begin();
    const std::string piece(1u << 20, 'x');
    for (int i = 0; i < 3; ++i) sent.append(piece);
    CHECK_THROWS_WITH(sent.append("x"), Catch::Matchers::Contains("may have 3 MiB"));
    CHECK(std::filesystem::file_size(sent.file()) == 3u << 20);
    sent.begin(); // which has all of it again
    sent.append(piece);
    CHECK(read_file(sent.file()) == piece);
}
