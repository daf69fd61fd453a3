// How one provider instance behaves, and what follows from it: demotion, and a breaker.
#pragma once

#include "observe/health.hpp"
#include "observe/log.hpp"
#include "provider/breaker.hpp"
#include "provider/slow_calls.hpp"
#include "provider/violation.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace edgeconf::provider {

// Thread-safe. A lane is one thread's own counters, so that a call which goes well shares no cache line
// with other threads' calls and takes no lock; failures take one.
class conduct {
public:
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr std::size_t most_lanes = 256;
    // A call that is inside for so long on an I/O thread may never return.
    static constexpr std::chrono::seconds stuck_limit{1};

    // Both targets outlive it.
    conduct(std::string name, observe::logger& log, observe::health& health, breaker_policy policy);

    // One device call from its admission to its end; made and ended on the lane's thread, or after it.
    class call {
    public:
        call(conduct& of, std::uint32_t lane, time_point now) noexcept;
        // Without a word before: nobody waited for the answer.
        ~call();
        call(const call&) = delete;
        call& operator=(const call&) = delete;

        // False: the breaker is open, the provider is not asked.
        bool admitted() const noexcept { return admitted_; }
        void answered() noexcept;
        void missed_deadline(time_point now) noexcept;
        // The provider holds so many operations that this call could not begin.
        void no_room(time_point now) noexcept;

    private:
        void end() noexcept;

        conduct& of_;
        std::uint32_t lane_;
        bool admitted_ = true;
        bool probe_ = false;
        bool ended_ = false;
    };

    // Around provider code on an I/O thread, so that tend() sees who does not come back.
    void entered(std::uint32_t in, time_point now) noexcept;
    void left(std::uint32_t in) noexcept;

    // A breach of contract, counted and logged already.
    void broke(violation what, time_point now) noexcept;
    // A call that must not block took too long.
    void too_slow(std::string_view function, std::chrono::nanoseconds took, time_point now) noexcept;

    // Calls are made on workers, whatever the provider's table says. There is no way back.
    bool demoted() const noexcept { return demoted_.load(std::memory_order_relaxed); }

    // Looks for threads that are stuck inside the provider. Called about once a second.
    void tend(time_point now) noexcept;

    struct counts {
        std::uint64_t calls = 0;
        std::uint64_t in_flight = 0;
        std::uint64_t deadline_misses = 0;
        std::uint64_t refused = 0; // by the open breaker
        std::uint64_t breaker_openings = 0;
        std::uint32_t stuck_threads = 0;
        bool breaker_open = false;
        bool demoted = false;
    };
    counts count() const noexcept;

private:
    struct lane {
        std::atomic<std::uint64_t> begun{0};
        std::atomic<std::uint64_t> ended{0};
        std::atomic<std::int64_t> inside_since{0}; // nanoseconds; 0: outside
        // Keeps the lanes of two threads apart. Not alignas(64): GCC 12 places such objects wrongly on
        // the stack that AddressSanitizer makes up to find uses after a return.
        std::array<std::byte, 64> apart{};
    };

    std::uint64_t calls_made() const noexcept;
    void failed(time_point now) noexcept;
    void demote(std::string_view why) noexcept; // under mutex_
    void tell_readiness() noexcept;             // under mutex_

    const std::string name_;
    observe::logger& log_;
    observe::health& health_;
    std::array<lane, most_lanes> lanes_{};
    std::atomic<bool> open_{false};
    std::atomic<bool> demoted_{false};
    std::atomic<std::uint64_t> deadline_misses_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<std::uint64_t> openings_{0};
    std::atomic<std::uint32_t> stuck_{0};
    mutable std::mutex mutex_; // guards the two below
    breaker breaker_;
    slow_calls slow_;
};

} // namespace edgeconf::provider
