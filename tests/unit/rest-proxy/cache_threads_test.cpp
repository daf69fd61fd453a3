#include "rest-proxy/cache.hpp"

#include "support/catch.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace edgeconf::rest_proxy;
using namespace std::chrono_literals;

namespace {

constexpr unsigned devices = 64;
constexpr cache_settings small{.bytes = 64 * 1024, .ttl = 5000ms, .revalidate = 30s, .on_error = 3600s};

// One thread of those that use it: everything that the provider does, on few devices, so that they meet.
void use(cache& tested, unsigned seed, std::atomic<std::size_t>& wrong) {
    std::minstd_rand random{seed};
    const clock::time_point now{1000s};
    for (int i = 0; i < 5000; ++i) {
        const auto device = fmt::format("pump-{}", random() % devices);
        const cache_key key{random() % 2 == 0 ? read::configuration : read::registration,
                            random() % 2 == 0 ? "plant-1" : "default", device};
        switch (random() % 16) {
        case 0: tested.changed(device); break;
        case 1: tested.forget(key); break;
        case 2: tested.configure(small); break;
        case 3:
        case 4:
        case 5:
        case 6: {
            const auto ticket = tested.ticket(device);
            auto body = device + std::string(random() % 1000, ' ');
            tested.put(key, ticket, std::make_shared<kept_answer>(kept_answer{std::move(body), device}), now);
            break;
        }
        default: {
            const auto found = tested.find(key, now);
            if (found.what == nullptr) continue;
            if (found.what->revision != device || !found.what->body.starts_with(device)) ++wrong;
        }
        }
    }
}

} // namespace

TEST_CASE("cache: many threads get what is theirs, and its bytes still add up", "[rest-proxy][cache]") {
    cache tested{small};
    std::atomic<std::size_t> wrong{0};
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 8; ++seed)
        threads.emplace_back([&tested, &wrong, seed] { use(tested, seed, wrong); });
    for (auto& t : threads) t.join();
    CHECK(wrong == 0);
    CHECK(tested.bytes() > 0);
    CHECK(tested.bytes() <= small.bytes);
    for (unsigned i = 0; i < devices; ++i) tested.forget_device(fmt::format("pump-{}", i));
    CHECK(tested.bytes() == 0);
}
