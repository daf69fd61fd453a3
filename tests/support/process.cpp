#include "support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string_view>

extern char** environ;

namespace edgeconf::test {
namespace {

struct pipe_ends {
    int read;
    int write;
};

pipe_ends make_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
    return {ends[0], ends[1]};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> made;
    for (auto& text : texts) made.push_back(text.data());
    made.push_back(nullptr);
    return made;
}

std::vector<std::string> merged(const std::map<std::string, std::string>& more) {
    std::vector<std::string> made;
    for (auto** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view inherited{*entry};
        if (!more.contains(std::string{inherited.substr(0, inherited.find('='))}))
            made.emplace_back(inherited);
    }
    for (const auto& [key, value] : more) made.push_back(key + "=" + value);
    return made;
}

// Appends what is there; false once the other end closed.
bool drain(int fd, std::string& into) {
    std::array<char, 4096> chunk;
    const auto got = read(fd, chunk.data(), chunk.size());
    if (got <= 0) return false;
    into.append(chunk.data(), static_cast<std::size_t>(got));
    return true;
}

} // namespace

process::process(std::vector<std::string> argv, const std::map<std::string, std::string>& environment,
                 const std::filesystem::path& errors_to) {
    const auto output = make_pipe();
    const auto errors = make_pipe();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output.write, 1);
    if (errors_to.empty()) {
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2);
    } else {
        posix_spawn_file_actions_addopen(&actions, 2, errors_to.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    }
    auto variables = merged(environment);
    const int failed = posix_spawnp(&id_, argv.front().c_str(), &actions, nullptr, pointers(argv).data(),
                                    pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    close(output.write);
    close(errors.write);
    output_fd_ = output.read;
    errors_fd_ = errors.read;
    if (failed != 0) throw std::runtime_error{"cannot start " + argv.front() + ": " + std::strerror(failed)};
}

process::~process() {
    if (id_ > 0) {
        kill(id_, SIGKILL);
        waitpid(id_, nullptr, 0);
    }
    if (output_fd_ >= 0) close(output_fd_);
    if (errors_fd_ >= 0) close(errors_fd_);
}

void process::signal(int number) const { kill(id_, number); }

std::string process::wait_for_line(const std::string& text) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        const auto at = errors_.find(text);
        const auto end = at == std::string::npos ? at : errors_.find('\n', at);
        if (end != std::string::npos) {
            const auto begin = errors_.rfind('\n', at);
            const auto from = begin == std::string::npos ? 0 : begin + 1;
            return errors_.substr(from, end - from);
        }
        if (!read_some(until))
            throw std::runtime_error{"no line with '" + text + "' in:\n" + errors_ + output_};
    }
}

finished process::wait(std::chrono::seconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (read_some(until)) {
    }
    if (output_fd_ >= 0 || errors_fd_ >= 0)
        throw std::runtime_error{"the process does not end; it said:\n" + errors_};
    int status = 0;
    waitpid(id_, &status, 0);
    id_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), std::move(output_),
            std::move(errors_)};
}

bool process::is_running() const {
    siginfo_t ended{};
    return id_ > 0 && waitid(P_PID, static_cast<id_t>(id_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           ended.si_pid == 0;
}

bool process::read_some(std::chrono::steady_clock::time_point until) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0 || (output_fd_ < 0 && errors_fd_ < 0)) return false;
    std::array<pollfd, 2> polled{{{output_fd_, POLLIN, 0}, {errors_fd_, POLLIN, 0}}};
    if (poll(polled.data(), polled.size(), static_cast<int>(left.count())) <= 0) return false;
    const auto read_from = [](const pollfd& p, int& fd, std::string& into) {
        if ((p.revents & (POLLIN | POLLHUP)) == 0 || drain(fd, into)) return;
        close(fd);
        fd = -1;
    };
    read_from(polled[0], output_fd_, output_);
    read_from(polled[1], errors_fd_, errors_);
    return true;
}

finished run(std::vector<std::string> argv, const std::map<std::string, std::string>& environment,
             std::chrono::seconds limit) {
    return process{std::move(argv), environment}.wait(limit);
}

} // namespace edgeconf::test
