#include "provider/conduct.hpp"

#include <fmt/format.h>

#include <utility>

namespace edgeconf::provider {
namespace {

// For counters with one writer: no locked instruction.
void increment(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::int64_t nanoseconds(conduct::time_point at) noexcept {
    return at.time_since_epoch() / std::chrono::nanoseconds{1};
}

} // namespace

conduct::conduct(std::string name, observe::logger& log, observe::health& health, breaker_policy policy)
    : name_{std::move(name)}, log_{log}, health_{health}, breaker_{policy} {}

conduct::call::call(conduct& of, std::uint32_t lane, time_point now) noexcept : of_{of}, lane_{lane} {
    if (of_.open_.load(std::memory_order_relaxed)) {
        const std::lock_guard lock{of_.mutex_};
        probe_ = of_.breaker_.may_probe(now);
        admitted_ = probe_ || !of_.breaker_.is_open();
    }
    if (admitted_) {
        increment(of_.lanes_[lane_].begun);
    } else {
        ended_ = true;
        of_.refused_.fetch_add(1, std::memory_order_relaxed);
    }
}

conduct::call::~call() {
    if (ended_) return;
    end();
    if (!probe_) return;
    const std::lock_guard lock{of_.mutex_};
    of_.breaker_.abandoned();
}

void conduct::call::end() noexcept {
    ended_ = true;
    increment(of_.lanes_[lane_].ended);
}

void conduct::call::answered() noexcept {
    end();
    if (!probe_) return;
    const std::lock_guard lock{of_.mutex_};
    if (!of_.breaker_.probed(true)) return;
    of_.open_.store(false, std::memory_order_relaxed);
    of_.tell_readiness();
    of_.log_.warn("the provider keeps its contract again and is asked as before", {{"provider", of_.name_}});
}

void conduct::call::missed_deadline(time_point now) noexcept {
    of_.deadline_misses_.fetch_add(1, std::memory_order_relaxed);
    no_room(now);
}

void conduct::call::no_room(time_point now) noexcept {
    end();
    of_.failed(now);
    if (!probe_) return;
    const std::lock_guard lock{of_.mutex_};
    of_.breaker_.probed(false);
}

void conduct::entered(std::uint32_t in, time_point now) noexcept {
    lanes_[in].inside_since.store(nanoseconds(now), std::memory_order_relaxed);
}

void conduct::left(std::uint32_t in) noexcept { lanes_[in].inside_since.store(0, std::memory_order_relaxed); }

void conduct::broke(violation what, time_point now) noexcept {
    if (what != violation::slow_call) failed(now); // the answer of a slow call is sound
}

void conduct::too_slow(std::string_view function, std::chrono::nanoseconds took, time_point now) noexcept {
    const auto calls = calls_made();
    const std::lock_guard lock{mutex_};
    if (!slow_.add(now, took, calls) || demoted()) return;
    demote(fmt::format("{} and others took longer than {} ms although the provider promises not to block",
                       function, slow_call_limit.count()));
}

void conduct::tend(time_point now) noexcept {
    std::uint32_t stuck = 0;
    for (const auto& l : lanes_) {
        const auto since = l.inside_since.load(std::memory_order_relaxed);
        if (since != 0 && nanoseconds(now) - since > std::chrono::nanoseconds{stuck_limit}.count()) ++stuck;
    }
    if (stuck_.exchange(stuck, std::memory_order_relaxed) == stuck) return;
    const std::lock_guard lock{mutex_};
    if (stuck == 0)
        log_.warn("the I/O threads have returned from the provider", {{"provider", name_}});
    else
        log_.error("I/O threads are stuck inside the provider; their connections get no answer",
                   {{"provider", name_}, {"threads", std::to_string(stuck)}});
    if (stuck != 0 && !demoted())
        demote("a call has not returned although the provider promises not to block");
    tell_readiness();
}

conduct::counts conduct::count() const noexcept {
    counts c;
    // Ends first: a call that begins meanwhile is in flight rather than less than none.
    std::uint64_t ended = 0;
    for (const auto& l : lanes_) ended += l.ended.load(std::memory_order_acquire);
    c.calls = calls_made();
    c.in_flight = c.calls > ended ? c.calls - ended : 0;
    c.deadline_misses = deadline_misses_.load(std::memory_order_relaxed);
    c.refused = refused_.load(std::memory_order_relaxed);
    c.breaker_openings = openings_.load(std::memory_order_relaxed);
    c.stuck_threads = stuck_.load(std::memory_order_relaxed);
    c.breaker_open = open_.load(std::memory_order_relaxed);
    c.demoted = demoted();
    return c;
}

std::uint64_t conduct::calls_made() const noexcept {
    std::uint64_t all = 0;
    for (const auto& l : lanes_) all += l.begun.load(std::memory_order_relaxed);
    return all;
}

void conduct::failed(time_point now) noexcept {
    const auto calls = calls_made();
    const std::lock_guard lock{mutex_};
    if (!breaker_.failed(now, calls)) return;
    open_.store(true, std::memory_order_relaxed);
    openings_.fetch_add(1, std::memory_order_relaxed);
    tell_readiness();
    log_.error("the provider misses its deadlines or breaks its contract too often; it is not asked until "
               "probes succeed, calls get 503",
               {{"provider", name_}});
}

void conduct::demote(std::string_view why) noexcept {
    demoted_.store(true, std::memory_order_relaxed);
    const std::string reason{why};
    health_.provider_demoted(reason);
    log_.error("the provider is demoted: its calls are made on workers from now on",
               {{"provider", name_}, {"reason", reason}});
}

void conduct::tell_readiness() noexcept {
    if (breaker_.is_open())
        health_.breaker_is(true, "the provider misses its deadlines or breaks its contract");
    else if (stuck_.load(std::memory_order_relaxed) != 0)
        health_.breaker_is(true, "I/O threads are stuck inside the provider");
    else
        health_.breaker_is(false, {});
}

} // namespace edgeconf::provider
