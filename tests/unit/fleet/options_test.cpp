#include "fleet/options.hpp"

#include "support/catch.hpp"

using namespace edgeconf::fleet;

TEST_CASE("options: nothing given means no manifests and manual approval", "[fleet][unit]") {
    for (const auto* text : {"", "{}", R"({"manifests":null,"approval":null})", R"({"approval":"manual"})"}) {
        CAPTURE(text);
        const auto read = read_options(text);
        REQUIRE(read.has_value());
        CHECK(read->manifests.empty());
        CHECK(read->approval == approval_policy::manual);
    }
    const auto read = read_options(R"({"manifests":"/a/b","approval":"automatic"})");
    REQUIRE(read.has_value());
    CHECK(read->manifests == "/a/b");
    CHECK(read->approval == approval_policy::automatic);
}

TEST_CASE("options: what does not fit is named by its pointer", "[fleet][unit]") {
    CHECK(read_options(R"({"manifests":""})").error().pointer == "/manifests");
    CHECK(read_options(R"({"manifests":1})").error().pointer == "/manifests");
    CHECK(read_options(R"({"approval":"rules"})").error().pointer == "/approval");
    CHECK(read_options("[]").error().pointer.empty());
}
