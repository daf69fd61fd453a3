#include "model/distinct_count.hpp"

#include "support/catch.hpp"

#include <string>

using edgeconf::model::distinct_count;

namespace {

void add_devices(distinct_count& to, int from, int end) {
    for (int i = from; i < end; ++i) to.add("device-" + std::to_string(i));
}

} // namespace

TEST_CASE("distinct count: it is close to the number of different things, however often they come",
          "[model][unit]") {
    for (const int number : {0, 1, 10, 100, 1000, 10'000, 100'000}) {
        INFO(number);
        distinct_count count;
        add_devices(count, 0, number);
        add_devices(count, 0, number);
        const auto off = static_cast<double>(count.estimate()) - number;
        CHECK(std::abs(off) <= 0.06 * number + 0.5);
    }
}

TEST_CASE("distinct count: merging counts what either saw once", "[model][unit]") {
    distinct_count a;
    distinct_count b;
    add_devices(a, 0, 600);
    add_devices(b, 300, 900);
    a.merge(b);
    CHECK(a.estimate() > 846);
    CHECK(a.estimate() < 954);
    a.clear();
    CHECK(a.estimate() == 0);
}
