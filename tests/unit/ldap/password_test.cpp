#include "ldap/password.hpp"

#include "ldap/directory_problem.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <string>

#include <sys/stat.h>

using namespace edgeconf::ldap;
namespace test = edgeconf::test;

namespace {

std::string text_of(const std::filesystem::path& file) {
    const password read{file};
    return {read.data(), read.size()};
}

} // namespace

TEST_CASE("password: it is the file's content without one newline at its end", "[ldap][password]") {
    const test::temp_folder folder;
    CHECK(text_of(folder.write("a", "secret")) == "secret");
    CHECK(text_of(folder.write("b", "secret\n")) == "secret");
    CHECK(text_of(folder.write("c", " two \n\n")) == " two \n");
    CHECK(text_of(folder.write("d", std::string{"a\0b\n", 4})) == std::string{"a\0b", 3});
    CHECK(text_of(folder.write("e", std::string(1024, 'x'))) == std::string(1024, 'x'));
}

TEST_CASE("password: none is no anonymous bind", "[ldap][password]") {
    const test::temp_folder folder;
    CHECK_THROWS_WITH(text_of(folder.write("a", "")), Catch::Contains("is empty"));
    CHECK_THROWS_WITH(text_of(folder.write("b", "\n")), Catch::Contains("is empty"));
}

TEST_CASE("password: a file that is none is told, without what is in it", "[ldap][password]") {
    const test::temp_folder folder;
    CHECK_THROWS_WITH(text_of(folder.path() / "absent"), Catch::Contains("cannot be read: No such file"));
    CHECK_THROWS_WITH(text_of(folder.path()), Catch::Contains("is no regular file"));
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_WITH(text_of(folder.path() / "pipe"), Catch::Contains("is no regular file"));
    CHECK_THROWS_WITH(text_of(folder.write("long", std::string(1025, 'x'))),
                      Catch::Contains("longer than 1024") && !Catch::Contains("xxx"));
}
