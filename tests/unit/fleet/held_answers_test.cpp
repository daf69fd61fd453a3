#include "fleet/held_answers.hpp"

#include "support/catch.hpp"

using namespace edgeconf::fleet;

TEST_CASE("held answers: the first that waits is told so, whoever was heard before", "[fleet][unit]") {
    heard_devices heard;
    heard.add({1, 10});
    CHECK(heard.add({2, 10}, 7));
    CHECK_FALSE(heard.add({3, 10}, 8));
    heard.add({1, 11});
    const auto batch = heard.take();
    CHECK(batch.devices.size() == 4);
    CHECK(batch.waiting == std::vector<ecp_op>{7, 8});
    CHECK(heard.take().devices.empty());
    CHECK(heard.add({2, 12}, 9));
}
