#include "fleet/timestamp.hpp"

#include "support/catch.hpp"

using namespace edgeconf::fleet;

TEST_CASE("timestamp: what Kubernetes writes is read to the second", "[fleet][unit]") {
    CHECK(read_timestamp("1970-01-01T00:00:01Z") == 1);
    CHECK(read_timestamp("2022-11-03T10:11:12Z") == 1667470272);
    CHECK(read_timestamp("2022-11-03T10:11:12.123456Z") == 1667470272);
    CHECK(read_timestamp("2022-11-03T12:11:12+02:00") == 1667470272);
    CHECK(read_timestamp("0001-01-01T00:00:00Z") == 0);
}

TEST_CASE("timestamp: other text is none", "[fleet][unit]") {
    for (const auto* text : {"", "soon", "2022-11-03", "2022-11-03T10:11:12", "2022-11-03T10:11:12.Z",
                             "2022-11-03T10:11:12Z ", "2022-13-03T10:11:12Z", "1667470272"}) {
        CAPTURE(text);
        CHECK_FALSE(read_timestamp(text));
    }
}
