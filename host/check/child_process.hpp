// A process that this one has started, until its end, for which nobody waits without limit.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace edgeconf::check {

// For one thread.
class child_process {
public:
    // Takes over a child that nobody has waited for yet. Throws std::system_error where the machine cannot
    // watch it; then it is killed and gone.
    explicit child_process(pid_t id);
    // Kills what has not ended.
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    // Readable, for poll(), once it has ended.
    int descriptor() const noexcept { return descriptor_; }
    // Whether it has ended by then.
    bool wait_until(std::chrono::steady_clock::time_point until) const;
    // Kills it, wherever it is, and what there is in the group of its number; it need not have one.
    void kill() const noexcept;
    // Once it has ended or was killed: its status, as waitpid's. Throws std::system_error if the machine does
    // not let it go.
    int reap();

private:
    pid_t id_;
    int descriptor_ = -1;
    bool reaped_ = false;
};

} // namespace edgeconf::check
