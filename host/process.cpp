#include "process.hpp"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>

namespace edgeconf {

void prepare_process() {
    // Not PR_SET_DUMPABLE: it would take /proc/self/fd from an unprivileged host, which loads its
    // provider through it.
    constexpr rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    std::signal(SIGPIPE, SIG_IGN);
}

std::filesystem::path provider_directory() {
    const auto binary = std::filesystem::canonical("/proc/self/exe");
    return (binary.parent_path() / "../lib/edgeconf/providers").lexically_normal();
}

void leave_at_once() { std::_Exit(1); }

} // namespace edgeconf
