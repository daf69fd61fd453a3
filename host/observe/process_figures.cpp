#include "observe/process_figures.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace edgeconf::observe {
namespace {

double seconds(const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

// As good as the kernel's own figure for telling restarts apart, and free of clock-tick arithmetic.
const double started =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

} // namespace

std::vector<sample> process_figures() {
    std::vector<sample> figures;
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        figures.push_back({"process_cpu_seconds_total",
                           "User and system CPU time",
                           true,
                           seconds(usage.ru_utime) + seconds(usage.ru_stime),
                           {},
                           {}});
    std::ifstream pages{"/proc/self/statm"};
    if (std::uint64_t size = 0, resident = 0; pages >> size >> resident) {
        const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
        figures.push_back({"process_virtual_memory_bytes",
                           "Address space",
                           false,
                           static_cast<double>(size) * page,
                           {},
                           {}});
        figures.push_back({"process_resident_memory_bytes",
                           "Memory in use",
                           false,
                           static_cast<double>(resident) * page,
                           {},
                           {}});
    }
    std::error_code ec;
    const std::filesystem::directory_iterator descriptors{"/proc/self/fd", ec};
    if (!ec)
        figures.push_back({"process_open_fds",
                           "Open file descriptors",
                           false,
                           static_cast<double>(std::distance(begin(descriptors), end(descriptors))),
                           {},
                           {}});
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        figures.push_back({"process_max_fds",
                           "File descriptors that may be open",
                           false,
                           static_cast<double>(files.rlim_cur),
                           {},
                           {}});
    figures.push_back({"process_start_time_seconds", "Start, in seconds since 1970", false, started, {}, {}});
    return figures;
}

} // namespace edgeconf::observe
