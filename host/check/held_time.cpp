#include "check/held_time.hpp"

#include <sys/resource.h>

#include <ctime>

namespace edgeconf::check {
namespace {

std::chrono::nanoseconds processor_time() noexcept {
    timespec t{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
}

long voluntary_waits() noexcept {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    return used.ru_nvcsw;
}

} // namespace

held_time::held_time() noexcept
    : began_{std::chrono::steady_clock::now()}, processor_{processor_time()}, waits_{voluntary_waits()} {}

std::chrono::nanoseconds held_time::so_far() const noexcept {
    const auto processor = processor_time() - processor_;
    return voluntary_waits() == waits_ ? processor : std::chrono::steady_clock::now() - began_;
}

} // namespace edgeconf::check
