// How long something took.
#pragma once

#include <chrono>
#include <ctime>

namespace edgeconf::bench {

using duration = std::chrono::duration<double>;

struct time_spent {
    duration cpu{};  // of this thread, in the kernel too: what else the machine does changes it little
    duration wall{}; // by the clock

    time_spent& operator+=(time_spent more) {
        cpu += more.cpu;
        wall += more.wall;
        return *this;
    }
};

// Starts with itself; read on the same thread. Reading takes a system call: time many things at once.
class stopwatch {
public:
    time_spent elapsed() const {
        return {thread_time() - cpu_start_, std::chrono::steady_clock::now() - wall_start_};
    }

private:
    static duration thread_time() {
        std::timespec now{};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
    }

    std::chrono::steady_clock::time_point wall_start_ = std::chrono::steady_clock::now();
    duration cpu_start_ = thread_time();
};

} // namespace edgeconf::bench
