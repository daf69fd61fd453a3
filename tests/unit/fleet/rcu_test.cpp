#include "fleet/rcu.hpp"

#include "support/catch.hpp"

#include <thread>

using namespace edgeconf::fleet;

namespace {

// Counts how many of its kind were freed; freed twice or read after it, it has an odd content.
struct counted {
    explicit counted(std::atomic<int>& count) : freed{count} {}
    ~counted() {
        ++freed;
        content = -1;
    }

    std::atomic<int>& freed;
    int content = 7;
};

struct scene {
    std::atomic<int> freed{0};
    rcu_domain domain;

    void retire_one() { domain.retire(std::make_unique<const counted>(freed)); }
    std::unique_ptr<rcu_domain::reader> reader() const {
        return std::unique_ptr<rcu_domain::reader>{new rcu_domain::reader{domain.read()}};
    }
};

} // namespace

TEST_CASE("rcu: without readers two reclaims free what was retired", "[fleet][unit]") {
    scene at;
    at.retire_one();
    CHECK(at.domain.retired() == 1);
    at.domain.reclaim();
    CHECK(at.freed == 0);
    at.domain.reclaim();
    CHECK(at.freed == 1);
    CHECK(at.domain.retired() == 0);
}

TEST_CASE("rcu: nothing is freed under a reader that came before, in either parity", "[fleet][unit]") {
    scene at;
    for (int flips = 0; flips < 2; ++flips) {
        const auto before = at.freed.load();
        auto reader = at.reader();
        at.retire_one();
        for (int i = 0; i < 5; ++i) at.domain.reclaim();
        CHECK(at.freed == before);
        reader.reset();
        for (int i = 0; i < 2; ++i) at.domain.reclaim();
        CHECK(at.freed == before + 1); // after three flips: the next round begins in the other parity
    }
}

TEST_CASE("rcu: readers may nest, and the outer one holds when the inner has left", "[fleet][unit]") {
    scene at;
    auto outer = at.reader();
    at.retire_one();
    at.domain.reclaim();
    at.reader(); // by now in the other parity
    for (int i = 0; i < 5; ++i) at.domain.reclaim();
    CHECK(at.freed == 0);
    outer.reset();
    at.domain.reclaim();
    CHECK(at.freed == 1);
}

// Some reader is inside at any time, but none all the time.
TEST_CASE("rcu: readers that follow one another do not keep things for ever", "[fleet][unit]") {
    scene at;
    auto reader = at.reader();
    for (int i = 0; i < 10; ++i) {
        at.retire_one();
        at.domain.reclaim();
        auto next = at.reader();
        reader = std::move(next);
    }
    CHECK(at.freed >= 8);
}

TEST_CASE("rcu: a reader on another thread counts", "[fleet][unit]") {
    scene at;
    std::unique_ptr<rcu_domain::reader> reader;
    std::thread{[&] { reader = at.reader(); }}.join();
    at.retire_one();
    for (int i = 0; i < 5; ++i) at.domain.reclaim();
    CHECK(at.freed == 0);
    reader.reset(); // may end on a thread other than its own
    for (int i = 0; i < 2; ++i) at.domain.reclaim();
    CHECK(at.freed == 1);
}

TEST_CASE("rcu: retiring reclaims by itself", "[fleet][unit]") {
    scene at;
    for (int i = 0; i < 1000; ++i) {
        at.retire_one();
        REQUIRE(at.domain.retired() <= 2 * rcu_domain::reclaim_interval);
    }
    CHECK(at.freed >= 1000 - static_cast<int>(2 * rcu_domain::reclaim_interval));
}

TEST_CASE("rcu: a domain frees what is left with its end", "[fleet][unit]") {
    std::atomic<int> freed{0};
    {
        rcu_domain domain;
        for (int i = 0; i < 3; ++i) {
            domain.retire(std::make_unique<counted>(freed));
            domain.reclaim();
        }
    }
    CHECK(freed == 3);
}

TEST_CASE("rcu: readers never see what is freed, and all is freed once", "[fleet][unit]") {
    constexpr int replacements = 20'000;
    std::atomic<int> freed{0};
    std::atomic<int> wrong{0};
    std::atomic<int> started{0};
    std::atomic<bool> done{false};
    {
        rcu_domain domain;
        std::atomic<const counted*> current{new counted{freed}};
        std::vector<std::thread> readers;
        for (int i = 0; i < 3; ++i) {
            readers.emplace_back([&] {
                ++started;
                while (!done) {
                    const auto outer = domain.read();
                    const auto* held = current.load(std::memory_order_acquire);
                    {
                        const auto inner = domain.read();
                        if (current.load(std::memory_order_acquire)->content != 7) ++wrong;
                    }
                    if (held->content != 7) ++wrong;
                }
            });
        }
        while (started != 3) std::this_thread::yield();
        for (int i = 0; i < replacements; ++i) {
            const auto* next = new counted{freed};
            domain.retire(std::unique_ptr<const counted>{current.exchange(next, std::memory_order_acq_rel)});
        }
        done = true;
        for (auto& each : readers) each.join();
        delete current.load();
    }
    CHECK(wrong == 0);
    CHECK(freed == replacements + 1);
}
