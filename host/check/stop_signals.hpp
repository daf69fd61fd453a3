// The signals that ask for an end (SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU), which end a run in order:
// nothing that it has begun is left behind.
#pragma once

#include <signal.h>

namespace edgeconf::check {

// While it lives these signals do nothing by themselves, but for those that whoever started the process has
// had it ignore (nohup). For the thread that makes it, which is the process's only one.
class stop_signals {
public:
    // Throws std::system_error where the machine cannot do it.
    stop_signals();
    // From now on they act as they did before; what has come meanwhile is over.
    ~stop_signals();
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;

    // Readable, for poll(), from when one has come until came() is asked.
    int descriptor() const noexcept { return descriptor_; }
    // The first that has come; 0 as long as none has.
    int came() noexcept;
    // In a forked process, which is not to know of this.
    void leave() noexcept;

private:
    sigset_t before_{};
    int descriptor_ = -1;
    int came_ = 0;
};

} // namespace edgeconf::check
