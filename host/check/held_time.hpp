// How long a function has held the thread that called it, also on a machine that is busy with others.
#pragma once

#include <chrono>

namespace edgeconf::check {

// From its construction on, on one thread.
//
// A thread that has waited for something of its own accord is charged the time that went by. One that has
// not is charged the processor's time alone: what it lost beside, others have taken from it.
class held_time {
public:
    held_time() noexcept;
    std::chrono::nanoseconds so_far() const noexcept;

private:
    std::chrono::steady_clock::time_point began_;
    std::chrono::nanoseconds processor_;
    long waits_;
};

} // namespace edgeconf::check
