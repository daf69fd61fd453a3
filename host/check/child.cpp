#include "check/child.hpp"

#include "check/activity.hpp"
#include "check/back_end.hpp"
#include "check/scratch_folder.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace edgeconf::check {
namespace {

namespace json = boost::json;
using clock = std::chrono::steady_clock;

constexpr std::size_t most_printed = 64 * 1024;
constexpr std::size_t most_found = 1 << 20;

class pipe {
public:
    pipe() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
            throw std::system_error{errno, std::system_category(), "pipe"};
    }
    ~pipe() {
        close_read();
        close_write();
    }
    pipe(const pipe&) = delete;
    pipe& operator=(const pipe&) = delete;

    int read_end() const noexcept { return ends_[0]; }
    int write_end() const noexcept { return ends_[1]; }
    void close_read() noexcept { close(ends_[0]); }
    void close_write() noexcept { close(ends_[1]); }

private:
    static void close(int& fd) noexcept {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }
    std::array<int, 2> ends_{-1, -1};
};

// One JSON object a line, written at once.
class finding_writer final : public finding_sink {
public:
    explicit finding_writer(int fd) : fd_{fd} {}

    void fault(std::string_view text) override { write("fault", text); }
    void note(std::string_view text) override { write("note", text); }
    void end(const outcome& o) {
        json::object line;
        line["end"] = static_cast<int>(o.what);
        line["reason"] = o.reason;
        write(line);
    }

private:
    void write(const char* kind, std::string_view text) {
        json::object line;
        line[kind] = text;
        write(line);
    }
    void write(const json::object& line) {
        const auto text = json::serialize(line) + "\n";
        for (std::size_t at = 0; at < text.size();) {
            const auto written = ::write(fd_, text.data() + at, text.size() - at);
            if (written <= 0 && errno != EINTR) return;
            at += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        }
    }

    int fd_;
};

// Never returns. No destructor of the parent's runs, and none that the provider has registered.
[[noreturn]] void be_child(const check& c, const subject& about, std::uint64_t seed,
                           const std::filesystem::path& scratch, int findings, int printed,
                           stop_signals* stop) {
    ::setpgid(0, 0); // with what it starts
    if (stop != nullptr) stop->leave();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(printed, STDOUT_FILENO);
    ::dup2(printed, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_IGN); // as in a host
    finding_writer sink{findings};
    trial in{about, scratch, seed, sink};
    sink.end(run_here(c, in));
    std::fflush(nullptr); // what the provider has printed
    ::_exit(0);
}

std::string what_it_did(const activity_board& board) {
    const auto open = board.open();
    if (open.empty()) return "between two calls of the provider";
    std::string text;
    const auto most = std::min<std::size_t>(open.size(), 4);
    for (std::size_t i = 0; i < most; ++i) text += (i == 0 ? "" : ", ") + open[i];
    if (open.size() > most) text += fmt::format(" and {} more", open.size() - most);
    return text;
}

// The findings that came, whole lines of them.
void read_findings(const std::string& text, outcome& made, bool& ended) {
    for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
        const auto line = json::parse(text.substr(at, end - at)).as_object();
        if (const auto* fault = line.if_contains("fault")) {
            made.faults.emplace_back(fault->as_string());
        } else if (const auto* note = line.if_contains("note")) {
            made.notes.emplace_back(note->as_string());
        } else {
            ended = true;
            made.what = static_cast<verdict>(line.at("end").to_number<int>());
            made.reason = std::string{line.at("reason").as_string()};
        }
    }
}

enum class reading_ended { with_the_process, with_its_time, with_a_signal };

// Reads both until the process has closed them, the time is over, or a signal has come.
reading_ended read_to_end(pipe& findings, pipe& printed, std::string& found, std::string& said,
                          clock::time_point until, stop_signals* stop) {
    std::array<pollfd, 3> open{pollfd{findings.read_end(), POLLIN, 0}, pollfd{printed.read_end(), POLLIN, 0},
                               pollfd{stop == nullptr ? -1 : stop->descriptor(), POLLIN, 0}};
    const std::array<std::pair<std::string*, std::size_t>, 2> into{std::pair{&found, most_found},
                                                                   std::pair{&said, most_printed}};
    // What is still printed once the check has ended comes from processes that it has left behind.
    while (open[0].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
        if (left <= 0) return reading_ended::with_its_time;
        if (::poll(open.data(), open.size(), static_cast<int>(left)) < 0 && errno != EINTR)
            throw std::system_error{errno, std::system_category(), "poll"};
        if (stop != nullptr && stop->came() != 0) return reading_ended::with_a_signal;
        for (std::size_t i = 0; i < into.size(); ++i) {
            if (open[i].fd < 0 || open[i].revents == 0) continue;
            std::array<char, 16 * 1024> bytes{};
            const auto n = ::read(open[i].fd, bytes.data(), bytes.size());
            if (n <= 0) {
                open[i].fd = -1;
                continue;
            }
            auto& [text, most] = into[i];
            text->append(bytes.data(),
                         std::min(static_cast<std::size_t>(n), most - std::min(most, text->size())));
        }
    }
    return reading_ended::with_the_process;
}

// What is left in the pipe, without waiting.
void read_rest(int fd, std::string& said) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    std::array<char, 16 * 1024> bytes{};
    for (ssize_t n = 0; (n = ::read(fd, bytes.data(), bytes.size())) > 0;)
        if (said.size() < most_printed) said.append(bytes.data(), static_cast<std::size_t>(n));
}

} // namespace

child_report run_in_child(const check& c, const subject& about, std::uint64_t seed, stop_signals* stop) {
    const scratch_folder scratch;
    auto& board = shared_activity_board();
    board.clear();
    const std::chrono::duration<double> limit = c.time * (about.patience / default_patience);
    pipe findings;
    pipe printed;
    const auto began = clock::now();
    std::fflush(nullptr); // else the child prints it again
    const auto id = ::fork();
    if (id < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (id == 0) be_child(c, about, seed, scratch.path(), findings.write_end(), printed.write_end(), stop);
    ::setpgid(id, id); // whoever of the two is first: it may be killed before it has run
    findings.close_write();
    printed.close_write();

    child_report made;
    std::string found;
    const auto why = read_to_end(findings, printed, found, made.printed,
                                 began + std::chrono::duration_cast<clock::duration>(limit), stop);
    if (why != reading_ended::with_the_process) ::kill(-id, SIGKILL);
    int status = 0;
    while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
    }
    ::kill(-id, SIGKILL); // processes that it has started and left behind
    read_rest(printed.read_end(), made.printed);
    made.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);

    bool ended = false;
    read_findings(found, made.result, ended);
    auto& faults = made.result.faults;
    if (why == reading_ended::with_a_signal) {
        made.stopped = true;
    } else if (why == reading_ended::with_its_time) {
        faults.push_back(
            fmt::format("it did not end within {:.3g} s; it was {}. Where nothing hangs and every answer "
                        "takes its time, give more of it with --patience",
                        limit.count(), what_it_did(board)));
    } else if (WIFSIGNALED(status)) {
        faults.push_back(fmt::format("the process ended with SIG{}; it was {}",
                                     ::sigabbrev_np(WTERMSIG(status)), what_it_did(board)));
    } else if (!ended || WEXITSTATUS(status) != 0) {
        faults.push_back(fmt::format("the process ended itself with exit code {}; it was {}",
                                     WEXITSTATUS(status), what_it_did(board)));
    }
    made.result.crashed = !made.stopped && (!ended || status != 0);
    if (!ended) mend_back_end(about, scratch.path()); // for the next check
    if (!faults.empty()) made.result.what = verdict::failed;
    return made;
}

} // namespace edgeconf::check
