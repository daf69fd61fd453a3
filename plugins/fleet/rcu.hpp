// Read-copy-update, in the words of C++26's <rcu>: readers of a structure that one writer changes never
// wait, and what the writer took out of it is freed once no reader can hold it any more.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace edgeconf::fleet {

// Threads: read() from any number of threads; everything else from one writer at a time. Neither side
// waits for the other: a reader that stays only delays what is freed, so keep reads short.
//
// Why freeing is safe. Readers count themselves in and out of one of two parities; reclaim() needs to see
// one parity without readers, then makes it the current one. An object is freed by the second reclaim()
// that succeeds after its retirement, thus after two checks, one of each parity, both made after the
// object was taken out. Check and counting are read-modify-writes of the same counter, hence ordered:
//  - a reader that came before the check of its parity was seen by it, so it has left;
//  - one that came after it acquires what the check released, so it no longer finds the object.
// That holds whichever parity a reader took, so one that is held up between choosing its parity and
// counting itself in needs no care: it is at worst waited for once more. Flipping the parity is for
// progress alone; it lets the readers of the other one run out.
class rcu_domain {
    struct stripe {
        std::array<std::atomic<std::size_t>, 2> readers{}; // inside, by parity
        // Keeps two stripes out of one cache line. Not alignas(64), which GCC 12 gets wrong on the stack
        // that AddressSanitizer makes up.
        std::array<std::byte, 64 - 2 * sizeof(std::size_t)> apart{};
    };

public:
    // A read-side critical section: what is found in it stays valid as long as it lives. May nest.
    class reader {
    public:
        reader(const reader&) = delete;
        reader& operator=(const reader&) = delete;
        ~reader() { count_.fetch_sub(1, std::memory_order_release); }

    private:
        friend rcu_domain;
        explicit reader(std::atomic<std::size_t>& count) noexcept : count_{count} {
            count_.fetch_add(1, std::memory_order_acquire);
        }

        std::atomic<std::size_t>& count_;
    };

    rcu_domain();
    rcu_domain(const rcu_domain&) = delete;
    rcu_domain& operator=(const rcu_domain&) = delete;
    // Frees all that is retired; no reader may be left.
    ~rcu_domain();

    [[nodiscard]] reader read() const noexcept;

    // Takes what readers cannot find any more, but may still hold. Calls reclaim() every reclaim_interval
    // times. If there is no memory to note the object, it is leaked rather than freed under a reader, and
    // std::bad_alloc is thrown.
    template <class T>
    void retire(std::unique_ptr<T> gone) {
        note({gone.release(), [](const void* object) { delete static_cast<const T*>(object); }});
    }

    // Frees what was retired before the last call that succeeded; does nothing if that call's readers are
    // still at it. Once readers have left, two calls free everything.
    void reclaim() noexcept;

    // Objects not freed yet.
    std::size_t retired() const noexcept { return newer_.size() + older_.size(); }

    static constexpr std::size_t reclaim_interval = 64;

private:
    struct retired_object {
        const void* object;
        void (*destroy)(const void*);
    };
    using batch = std::vector<retired_object>;

    struct reader_side {
        std::atomic<unsigned> parity{0};
        std::array<std::byte, 64> apart{};
        std::array<stripe, 64> stripes;
    };

    void note(retired_object gone);
    static void free_all(const batch& gone) noexcept;

    const std::unique_ptr<reader_side> shared_;
    std::array<std::byte, 64> apart_{}; // readers load what is above, the writer stores what is below
    batch newer_;                       // since the last reclaim() that succeeded
    batch older_;                       // before it
    std::size_t until_reclaim_ = reclaim_interval;
};

} // namespace edgeconf::fleet
