#include "rest-proxy/bearer_token.hpp"

#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace edgeconf::rest_proxy;
using Catch::Contains;
namespace fs = std::filesystem;
namespace test = edgeconf::test;

TEST_CASE("bearer token: what is a token, and what is none", "[rest-proxy][token]") {
    struct row {
        std::string content;
        std::string sent; // empty: it is none
    };
    const std::vector<row> rows{
        {"abc", "Bearer abc"},
        {"abc\n", "Bearer abc"},
        {"abc \t\r\n\n", "Bearer abc"},
        {"aB0-._~+/==", "Bearer aB0-._~+/=="},
        {std::string(16 * 1024, 'a'), "Bearer " + std::string(16 * 1024, 'a')},
        {"", ""},
        {"\n", ""},
        {" \t\r\n", ""},
        {" abc", ""},
        {"a b", ""},
        {"abc\ndef\n", ""},
        {"abc\r\nX-Admin: yes", ""},
        {std::string{"ab\0c", 4}, ""},
        {"ab\x7f", ""},
        {"sch\xc3\xbcssel", ""},
        {std::string(16 * 1024 + 1, 'a'), ""},
    };
    const test::temp_folder folder;
    for (const auto& r : rows) {
        CAPTURE(r.content.substr(0, 20), r.content.size());
        const auto file = folder.write("token", r.content);
        CHECK(token_fault(file).empty() == !r.sent.empty());
        CHECK(bearer_token{file}.current() == r.sent);
    }
}

TEST_CASE("bearer token: a fault names the file and not what is in it", "[rest-proxy][token]") {
    const test::temp_folder folder;
    const auto said = token_fault(folder.write("token", "hunter2 hunter2"));
    CHECK_THAT(said, Contains((folder.path() / "token").string()) && !Contains("hunter2"));
    CHECK_THAT(token_fault(folder.path() / "nowhere"), Contains("nowhere"));
    CHECK_THAT(token_fault(folder.path()), Contains(folder.path().string()));
}

TEST_CASE("bearer token: without a file none is sent", "[rest-proxy][token]") {
    bearer_token tested{{}};
    CHECK(tested.current().empty());
    CHECK_FALSE(tested.refresh());
}

TEST_CASE("bearer token: one that is replaced is sent from then on", "[rest-proxy][token]") {
    const test::temp_folder folder;
    bearer_token tested{folder.write("token", "one")};
    CHECK(tested.current() == "Bearer one");
    CHECK_FALSE(tested.refresh());
    folder.write("token", "another");
    CHECK(tested.refresh());
    CHECK(tested.current() == "Bearer another");
    folder.write("token", "another\n"); // written anew, and the same
    CHECK_FALSE(tested.refresh());
    CHECK(tested.current() == "Bearer another");
}

TEST_CASE("bearer token: one of the same length is noticed, also if its time is put back",
          "[rest-proxy][token]") {
    const test::temp_folder folder;
    const auto file = folder.write("token", "one");
    bearer_token tested{file};
    CHECK(tested.current() == "Bearer one");
    const auto next = folder.write("next", "two");
    fs::last_write_time(next, fs::last_write_time(file));
    fs::rename(next, file);
    CHECK(tested.refresh());
    CHECK(tested.current() == "Bearer two");
}

TEST_CASE("bearer token: of a file that is gone or spoilt the former one stays", "[rest-proxy][token]") {
    const test::temp_folder folder;
    const auto file = folder.write("token", "one");
    bearer_token tested{file};
    REQUIRE(tested.current() == "Bearer one");
    folder.write("token", "");
    CHECK_FALSE(tested.refresh());
    CHECK(tested.current() == "Bearer one");
    folder.write("token", "two words");
    CHECK_FALSE(tested.refresh());
    fs::remove(file);
    CHECK_FALSE(tested.refresh());
    CHECK(tested.current() == "Bearer one");
    folder.write("token", "two");
    CHECK(tested.refresh());
    CHECK(tested.current() == "Bearer two");
}

TEST_CASE("bearer token: a file that comes later is found", "[rest-proxy][token]") {
    const test::temp_folder folder;
    bearer_token tested{folder.path() / "token"};
    CHECK(tested.current().empty());
    folder.write("token", "one");
    CHECK(tested.refresh());
    CHECK(tested.current() == "Bearer one");
}
