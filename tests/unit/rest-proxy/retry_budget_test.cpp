#include "rest-proxy/retry_budget.hpp"

#include "support/catch.hpp"

#include <cstddef>

using edgeconf::rest_proxy::retry_budget;

namespace {

void call(retry_budget& of, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) of.call();
}

std::size_t take_all(retry_budget& from) {
    std::size_t taken = 0;
    while (taken < 1000 && from.take()) ++taken;
    return taken;
}

} // namespace

TEST_CASE("retry budget: retries are so many of a hundred calls, and ten more at first",
          "[rest-proxy][retries]") {
    struct row {
        std::size_t percent;
        std::size_t calls;
        std::size_t retries;
    };
    const auto c = GENERATE(values<row>({
        {20, 0, 10},
        {20, 4, 10}, // not a whole one yet
        {20, 5, 11},
        {20, 100, 30},
        {1, 99, 10},
        {1, 100, 11},
        {100, 7, 17},
    }));
    CAPTURE(c.percent, c.calls);
    retry_budget tested{c.percent};
    call(tested, c.calls);
    CHECK(take_all(tested) == c.retries);
}

TEST_CASE("retry budget: what is spent comes back with calls alone", "[rest-proxy][retries]") {
    retry_budget tested{20};
    CHECK(take_all(tested) == 10);
    CHECK_FALSE(tested.take());
    call(tested, 4);
    CHECK_FALSE(tested.take());
    call(tested, 1);
    CHECK(tested.take());
    CHECK_FALSE(tested.take());
}

TEST_CASE("retry budget: a long time without a retry saves no more than a hundred", "[rest-proxy][retries]") {
    retry_budget tested{100};
    call(tested, 100'000);
    CHECK(take_all(tested) == 100);
}

TEST_CASE("retry budget: nothing percent is no retry, not even at first", "[rest-proxy][retries]") {
    retry_budget tested{0};
    CHECK_FALSE(tested.take());
    call(tested, 100'000);
    CHECK_FALSE(tested.take());
}
