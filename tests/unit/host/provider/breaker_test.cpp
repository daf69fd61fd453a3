#include "support/catch.hpp"

#include "provider/breaker.hpp"
#include "provider/slow_calls.hpp"
#include "provider/throttle.hpp"

using namespace edgeconf::provider;
using namespace std::chrono_literals;

namespace {

const breaker::time_point start{1000s};

breaker opened() {
    breaker b{{}};
    for (std::uint64_t n = 1; n <= 20; ++n) b.failed(start, n);
    REQUIRE(b.is_open());
    return b;
}

} // namespace

TEST_CASE("breaker: it opens when enough calls failed, and enough of them", "[provider][breaker]") {
    struct row {
        std::uint64_t good_before; // calls before the first failure: they tell nothing of the window
        std::uint64_t failures;
        std::uint64_t good_between; // calls that went well after each failure
        std::chrono::milliseconds apart;
        bool opens;
    };
    const auto c = GENERATE(values<row>({
        {0, 19, 0, 0ms, false},        // too few
        {0, 20, 0, 0ms, true},         //
        {1'000'000, 20, 0, 0ms, true}, // a good past does not help
        {0, 11, 1, 0ms, true},         // half of them failed
        {0, 1000, 2, 0ms, false},      // a third
        {0, 100, 0, 1s, false},        // ten in each window
        {0, 100, 0, 499ms, true},      // twenty
        {0, 100, 0, 20s, false},       //
    }));
    INFO(c.failures << " failures, " << c.good_between << " good, " << c.apart.count() << " ms apart");
    breaker b{{}};
    auto calls = c.good_before;
    auto now = start;
    for (std::uint64_t n = 0; n < c.failures && !b.is_open(); ++n, now += c.apart) {
        ++calls;
        const bool opens = b.failed(now, calls);
        CHECK(opens == b.is_open());
        calls += c.good_between;
    }
    CHECK(b.is_open() == c.opens);
}

TEST_CASE("breaker: the policy is the operator's", "[provider][breaker]") {
    breaker b{{100ms, 4, 75}};
    CHECK_FALSE(b.failed(start, 1));
    CHECK_FALSE(b.failed(start, 2));
    CHECK(b.failed(start + 99ms, 4)); // three of four
    breaker strict{{100ms, 4, 76}};
    for (const std::uint64_t calls : {1, 2, 4}) CHECK_FALSE(strict.failed(start, calls));
}

TEST_CASE("breaker: while open there is one probe at a time, a second apart", "[provider][breaker]") {
    auto b = opened();
    CHECK_FALSE(b.may_probe(start + 999ms));
    CHECK(b.may_probe(start + 1s));
    CHECK_FALSE(b.may_probe(start + 5s)); // the first has not come back
    b.probed(false);
    CHECK(b.may_probe(start + 5s));
    b.abandoned();
    CHECK_FALSE(b.may_probe(start + 5s));
    CHECK(b.may_probe(start + 6s));
}

TEST_CASE("breaker: three good probes in a row close it, and it begins anew", "[provider][breaker]") {
    auto b = opened();
    auto now = start;
    for (const bool well : {true, true, false, true, true}) {
        now += 1s;
        REQUIRE(b.may_probe(now));
        CHECK_FALSE(b.probed(well));
    }
    now += 1s;
    REQUIRE(b.may_probe(now));
    CHECK(b.probed(true));
    CHECK_FALSE(b.is_open());
    CHECK_FALSE(b.may_probe(now + 10s));
    CHECK_FALSE(b.failed(now, 1000)); // the old failures are forgotten
}

TEST_CASE("breaker: nothing that comes late moves it", "[provider][breaker]") {
    breaker b{{}};
    CHECK_FALSE(b.probed(true));
    CHECK_FALSE(b.is_open());
    auto o = opened();
    CHECK_FALSE(o.failed(start, 100)); // it is open already
}

TEST_CASE("breaker: a breach that is found after a good probe undoes it", "[provider][breaker]") {
    auto b = opened();
    for (auto now = start + 1s; now < start + 10s; now += 1s) {
        REQUIRE(b.may_probe(now));
        CHECK_FALSE(b.probed(true));
        b.failed(now, 100); // as an incomplete answer is
    }
    CHECK(b.is_open());
}

TEST_CASE("slow_calls: three within a minute are too many if they are no accident",
          "[provider][slow_calls]") {
    struct row {
        std::chrono::milliseconds apart;
        std::chrono::milliseconds took;
        std::uint64_t calls_between;
        bool third_is_too_many;
    };
    const auto c = GENERATE(values<row>({
        {1s, 6ms, 1, true},
        {29s, 6ms, 1, true},
        {31s, 6ms, 1, false},       // two minutes for three
        {1s, 6ms, 1000, false},     // three of two thousand: the machine, not the provider
        {1s, 400ms, 100'000, true}, // rare and long
    }));
    INFO(c.apart.count() << " ms apart, " << c.took.count() << " ms each");
    slow_calls s;
    CHECK_FALSE(s.add(start, c.took, 10));
    CHECK_FALSE(s.add(start + c.apart, c.took, 10 + c.calls_between));
    CHECK(s.add(start + 2 * c.apart, c.took, 10 + 2 * c.calls_between) == c.third_is_too_many);
}

TEST_CASE("throttle: a burst, then so many a second, the rest counted", "[provider][throttle]") {
    throttle t{100, 1000};
    int admitted = 0;
    for (int n = 0; n < 1500; ++n) admitted += t.admit(start) ? 1 : 0;
    CHECK(admitted == 1000);
    CHECK(t.take_dropped() == 500);
    CHECK(t.take_dropped() == 0);
    for (int n = 0; n < 500; ++n) admitted += t.admit(start + 1s) ? 1 : 0;
    CHECK(admitted == 1100);
    CHECK_FALSE(t.admit(start)); // a clock that seems to go back gives nothing
}
