// Flotta's devices wipe themselves when they hear `unregistered`; this is what stands before it.
#include "api/device/fuse.hpp"

#include "support/catch.hpp"

#include <string>
#include <thread>
#include <vector>

using edgeconf::api::device::fuse;
using namespace std::chrono_literals;

namespace {

const fuse::time_point begin{100h};

std::string device(int number) { return "device-" + std::to_string(number); }

int told(fuse& f, int from, int end, fuse::time_point now) {
    int count = 0;
    for (int i = from; i < end; ++i) count += f.judge(device(i), now) == fuse::verdict::tell ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("fuse: a small fleet may lose the minimum within the window, and not one more", "[api][fuse]") {
    fuse f{{10min, 10, 5}};
    CHECK(told(f, 0, 10, begin) == 10);
    CHECK(f.judge(device(10), begin) == fuse::verdict::blown_now);
    CHECK(f.judge(device(11), begin) == fuse::verdict::withhold);
    CHECK(f.look(begin).blown);
    CHECK(f.look(begin).withheld == 2);
}

TEST_CASE("fuse: a large fleet may lose its share of the devices seen in the last hour", "[api][fuse]") {
    fuse f{{10min, 10, 5}};
    for (int i = 0; i < 10'000; ++i) f.seen(device(i), begin);
    const auto limit = static_cast<int>(f.look(begin).limit);
    CHECK(limit > 460);
    CHECK(limit < 540);
    CHECK(told(f, 0, 10'000, begin) == limit);
    CHECK(f.look(begin).blown);
}

TEST_CASE("fuse: devices that were seen more than an hour ago do not widen it", "[api][fuse]") {
    fuse f{{10min, 10, 5}};
    for (int i = 0; i < 10'000; ++i) f.seen(device(i), begin);
    CHECK(f.look(begin + 59min).limit > 400);
    CHECK(f.look(begin + 71min).limit == 10);
}

TEST_CASE("fuse: a bucket that comes round again forgets what it held", "[api][fuse]") {
    fuse f{{10min, 10, 5}};
    for (int i = 0; i < 1'000; ++i) f.seen(device(i), begin);
    f.seen(device(1), begin + 70min);
    CHECK(f.look(begin + 70min).seen == 1);
}

TEST_CASE("fuse: a device that was told may hear it again, also after the fuse has blown", "[api][fuse]") {
    fuse f{{10min, 2, 0}};
    CHECK(told(f, 0, 5, begin) == 2);
    CHECK(f.judge(device(0), begin + 1s) == fuse::verdict::tell);
    CHECK(f.judge(device(3), begin + 1s) == fuse::verdict::withhold);
}

TEST_CASE("fuse: removals that are spread out never blow it", "[api][fuse]") {
    fuse f{{10min, 10, 5}};
    for (int i = 0; i < 100; ++i) CHECK(f.judge(device(i), begin + i * 2min) == fuse::verdict::tell);
}

TEST_CASE("fuse: blown, it stays so until it is released", "[api][fuse]") {
    fuse f{{10min, 1, 0}};
    CHECK(told(f, 0, 3, begin) == 1);
    CHECK(f.judge(device(5), begin + 24h) == fuse::verdict::withhold);
    f.release();
    CHECK_FALSE(f.look(begin + 24h).blown);
    CHECK(f.judge(device(5), begin + 24h) == fuse::verdict::tell);
    CHECK(f.judge(device(6), begin + 24h) == fuse::verdict::blown_now);
}

TEST_CASE("fuse: a minimum and a share of nothing tell nobody", "[api][fuse]") {
    fuse f{{10min, 0, 0}};
    CHECK(f.judge(device(0), begin) == fuse::verdict::blown_now);
}

TEST_CASE("fuse: many threads together are told no more than the limit", "[api][fuse]") {
    fuse f{{10min, 10, 0}};
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 500; ++i) f.seen(device(i), begin + i * 1min);
            sum += told(f, t * 100, t * 100 + 100, begin);
        });
    for (auto& thread : threads) thread.join();
    CHECK(sum == 10);
}
