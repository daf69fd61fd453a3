// A provider's threads leave all signals to the host.
#pragma once

#include <csignal>

namespace edgeconf::fleet {

// A thread that is made while this lives gets no signals: it inherits its creator's mask.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

private:
    sigset_t before_{};
};

} // namespace edgeconf::fleet
