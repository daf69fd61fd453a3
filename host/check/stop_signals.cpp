#include "check/stop_signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace edgeconf::check {

stop_signals::stop_signals() {
    sigset_t awaited;
    ::sigemptyset(&awaited);
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU}) {
        struct sigaction now {};
        ::sigaction(number, nullptr, &now);
        if (now.sa_handler != SIG_IGN) ::sigaddset(&awaited, number);
    }
    descriptor_ = ::signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw std::system_error{errno, std::system_category(), "signalfd"};
    ::sigprocmask(SIG_BLOCK, &awaited, &before_);
}

stop_signals::~stop_signals() { leave(); }

int stop_signals::came() noexcept {
    signalfd_siginfo told{};
    if (came_ == 0 && ::read(descriptor_, &told, sizeof told) == sizeof told)
        came_ = static_cast<int>(told.ssi_signo);
    return came_;
}

void stop_signals::leave() noexcept {
    if (descriptor_ < 0) return;
    signalfd_siginfo told{};
    while (::read(descriptor_, &told, sizeof told) == sizeof told) { // a second Ctrl-C asks for the same
    }
    ::close(descriptor_);
    descriptor_ = -1;
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace edgeconf::check
