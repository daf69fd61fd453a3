#include "fleet/deadline_wheel.hpp"

#include "support/catch.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

using namespace edgeconf::fleet;

namespace {

struct item : with_deadline {
    explicit item(int n) : number{n} {}
    int number;
};

using wheel = deadline_wheel<item>;
using numbers = std::multiset<int>;

numbers due_at(wheel& from, std::int64_t now) {
    numbers due;
    from.advance(now, [&](item& each) { due.insert(each.number); });
    return due;
}

} // namespace

TEST_CASE("deadline_wheel: what is due comes once, at its second", "[fleet][unit]") {
    wheel from;
    item a{1};
    item b{2};
    CHECK(due_at(from, 1000).empty());
    from.schedule(a, 1002);
    from.schedule(b, 1002 + 1024); // the same slot, a turn later
    CHECK(due_at(from, 1001).empty());
    CHECK(due_at(from, 1002) == numbers{1});
    CHECK(due_at(from, 1002).empty());
    CHECK(due_at(from, 1002 + 1023).empty());
    CHECK(due_at(from, 1002 + 1024) == numbers{2});
    CHECK(due_at(from, 9999).empty());
}

TEST_CASE("deadline_wheel: what is late already comes with the next second", "[fleet][unit]") {
    wheel from;
    due_at(from, 1000);
    item a{1};
    for (const std::int64_t due : {1000, 999, 1, 0, -5}) {
        CAPTURE(due);
        wheel fresh;
        due_at(fresh, 1000);
        fresh.schedule(a, due);
        CHECK(due_at(fresh, 1000).empty());
        CHECK(due_at(fresh, 1001) == numbers{1});
    }
}

TEST_CASE("deadline_wheel: what was scheduled before the first advance is not lost", "[fleet][unit]") {
    wheel from;
    item late{1};
    item later{2};
    from.schedule(late, 5);
    from.schedule(later, 1'000'010);
    CHECK(due_at(from, 1'000'000).empty()); // sets the time
    CHECK(due_at(from, 1'000'001) == numbers{1});
    CHECK(due_at(from, 1'000'009).empty());
    CHECK(due_at(from, 1'000'010) == numbers{2});
}

TEST_CASE("deadline_wheel: a jump of hours misses nothing and takes nothing too early", "[fleet][unit]") {
    wheel from;
    due_at(from, 1000);
    std::vector<std::unique_ptr<item>> items;
    numbers all;
    for (int n = 1; n <= 3000; ++n) {
        items.push_back(std::make_unique<item>(n));
        from.schedule(*items.back(), 1000 + 7 * n);
        if (7 * n <= 10'000) all.insert(n);
    }
    CHECK(due_at(from, 11'000) == all);
    CHECK(due_at(from, 11'000 + 86'400).size() == items.size() - all.size());
}

TEST_CASE("deadline_wheel: scheduling again, cancelling and destroying take an item out", "[fleet][unit]") {
    wheel from;
    due_at(from, 1000);
    item moved{1};
    item cancelled{2};
    auto destroyed = std::make_unique<item>(3);
    for (auto* each : {&moved, &cancelled, destroyed.get()}) from.schedule(*each, 1001);
    from.schedule(moved, 1002);
    wheel::cancel(cancelled);
    wheel::cancel(cancelled);
    destroyed.reset();
    CHECK(due_at(from, 1001).empty());
    CHECK(due_at(from, 1002) == numbers{1});
}

TEST_CASE("deadline_wheel: the action may schedule, cancel and destroy whatever it likes", "[fleet][unit]") {
    wheel from;
    due_at(from, 1000);
    std::map<int, std::unique_ptr<item>> items;
    for (int n = 0; n < 6; ++n) {
        items[n] = std::make_unique<item>(n);
        from.schedule(*items[n], 1001);
    }
    numbers seen;
    from.advance(1001, [&](item& each) {
        seen.insert(each.number);
        if (each.number == 0) {
            from.schedule(each, 1001);     // itself, late already
            from.schedule(*items[1], 900); // one that is about to come
            wheel::cancel(*items[2]);
            items.erase(3);
        }
        if (each.number == 4) items.erase(4); // itself
    });
    CHECK(seen == numbers{0, 4, 5});
    CHECK(due_at(from, 1002) == numbers{0, 1});
    CHECK(due_at(from, 9999).empty());
}

TEST_CASE("deadline_wheel: a clock that goes back does not hold up what is scheduled then", "[fleet][unit]") {
    wheel from;
    due_at(from, 100'000);
    item before{1};
    item after{2};
    from.schedule(before, 100'005);
    CHECK(due_at(from, 50'000).empty());
    from.schedule(after, 50'010);
    CHECK(due_at(from, 50'009).empty());
    CHECK(due_at(from, 50'010) == numbers{2});
    CHECK(due_at(from, 100'005) == numbers{1});
}

TEST_CASE("deadline_wheel: agrees with a plain list", "[fleet][unit]") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random{seed};
        const auto below = [&](unsigned n) { return static_cast<std::int64_t>(random() % n); };
        wheel from;
        std::map<int, std::unique_ptr<item>> items;
        std::map<int, std::int64_t> naive; // number to due second; of those that are scheduled
        std::int64_t now = 1'000'000;
        due_at(from, now);
        for (int n = 0; n < 50; ++n) items[n] = std::make_unique<item>(n);
        const auto schedule = [&](int n) {
            const auto due = now + (below(4) == 0 ? below(20'000) : below(100)) - 10;
            from.schedule(*items[n], due);
            naive[n] = due;
        };
        for (int step = 0; step < 2000; ++step) {
            CAPTURE(seed, step, now);
            const auto n = static_cast<int>(below(50));
            switch (below(8)) {
            case 0:
                wheel::cancel(*items[n]);
                naive.erase(n);
                break;
            case 1:
                items[n] = std::make_unique<item>(n);
                naive.erase(n);
                break;
            case 2:
            case 3:
            case 4: schedule(n); break;
            default:
                const auto jump = below(50);
                now += jump == 0 ? below(20'000) + 1 : jump == 1 ? -below(5'000) - 1 : jump == 2 ? 0 : 1;
                numbers expected;
                // What is late when the clock stands, or goes back, has to wait for the next second.
                const auto due = due_at(from, now);
                for (const auto& [number, at] : naive) {
                    if (at <= now) expected.insert(number);
                }
                if (jump != 1 && jump != 2) {
                    REQUIRE(due == expected);
                } else {
                    REQUIRE(due.empty());
                }
                for (const auto number : due) naive.erase(number);
            }
        }
    }
}
