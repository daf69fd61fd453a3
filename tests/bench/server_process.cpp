#include "bench/server_process.hpp"

#include "support/temp_folder.hpp"

#include <csignal>
#include <ctime>
#include <fstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace edgeconf::bench {

namespace {

constexpr std::chrono::minutes patience{10};

// A new one, so that nobody takes the last server's lines for this one's.
std::filesystem::path emptied(std::filesystem::path log) {
    std::ofstream{log, std::ios::trunc};
    return log;
}

// Nobody reads a pipe while the load runs: a shell puts a file in its place and becomes the server.
std::vector<std::string> logging_to(const std::filesystem::path& log, std::vector<std::string> argv) {
    argv.insert(argv.begin(), {"/bin/sh", "-c", R"(log=$1; shift; exec "$@" >"$log" 2>&1)", "sh", log});
    return argv;
}

} // namespace

server_process::server_process(std::vector<std::string> argv, std::filesystem::path log,
                               const std::map<std::string, std::string>& environment)
    : log_{emptied(std::move(log))}, begin_{std::chrono::steady_clock::now()},
      child_{logging_to(log_, std::move(argv)), environment} {}

std::string server_process::wait_for_line(std::string_view text) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
        std::ifstream lines{log_};
        for (std::string line; std::getline(lines, line);) {
            // A line without its end is still being written.
            if (!lines.eof() && line.find(text) != std::string::npos) return line;
        }
        siginfo_t ended{};
        if (waitid(P_PID, static_cast<id_t>(child_.id()), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            ended.si_pid != 0) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    throw std::runtime_error{std::string{"no line with '"}.append(text) + "' in:\n" + test::read_file(log_)};
}

time_spent server_process::spent() const {
    clockid_t id{};
    std::timespec cpu{};
    if (clock_getcpuclockid(child_.id(), &id) != 0 || clock_gettime(id, &cpu) != 0) {
        throw std::runtime_error{"no CPU time of a process that is gone"};
    }
    return {std::chrono::seconds{cpu.tv_sec} + std::chrono::nanoseconds{cpu.tv_nsec},
            std::chrono::steady_clock::now() - begin_};
}

std::size_t server_process::resident() const {
    std::ifstream statm{"/proc/" + std::to_string(child_.id()) + "/statm"};
    std::size_t whole = 0;
    std::size_t resident = 0;
    statm >> whole >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void server_process::stop() {
    child_.signal(SIGTERM);
    child_.wait();
}

} // namespace edgeconf::bench
