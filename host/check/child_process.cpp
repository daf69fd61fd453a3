#include "check/child_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

namespace edgeconf::check {
namespace {

using clock = std::chrono::steady_clock;

// A killed process still has to give back what it holds: memory, files on a slow network.
constexpr std::chrono::seconds longest_dying{30};

// glibc 2.36 declares its own as a C++ function, which it has not.
int pidfd_open(pid_t id) { return static_cast<int>(::syscall(SYS_pidfd_open, id, 0)); }

} // namespace

child_process::child_process(pid_t id) : id_{id}, descriptor_{pidfd_open(id)} {
    if (descriptor_ >= 0) return;
    const int error = errno;
    kill();
    ::waitpid(id_, nullptr, 0);
    throw std::system_error{error, std::system_category(), "pidfd_open"};
}

child_process::~child_process() {
    try {
        if (!reaped_) {
            kill();
            reap();
        }
    } catch (const std::exception&) { // it stays, as whoever runs the machine will see
    }
    ::close(descriptor_);
}

bool child_process::wait_until(clock::time_point until) const {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
        pollfd end{descriptor_, POLLIN, 0};
        const int n = ::poll(&end, 1, static_cast<int>(std::clamp<long>(left, 0, INT_MAX)));
        if (n < 0 && errno != EINTR) throw std::system_error{errno, std::system_category(), "poll"};
        if (n > 0) return true;
        if (left <= 0) return false;
    }
}

void child_process::kill() const noexcept {
    ::kill(-id_, SIGKILL);
    ::kill(id_, SIGKILL); // it may have gone to another group
}

int child_process::reap() {
    if (!wait_until(clock::now() + longest_dying))
        throw std::system_error{ETIMEDOUT, std::system_category(), "a process that was killed"};
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0)
        if (errno != EINTR) throw std::system_error{errno, std::system_category(), "waitpid"};
    reaped_ = true;
    return status;
}

} // namespace edgeconf::check
