#include "check/child.hpp"

#include "check/activity.hpp"
#include "check/back_end.hpp"
#include "check/child_process.hpp"
#include "check/received.hpp"
#include "check/scratch_folder.hpp"
#include "check/signal_name.hpp"

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
#include <exception>
#include <optional>
#include <system_error>

namespace edgeconf::check {
namespace {

namespace json = boost::json;
using clock = std::chrono::steady_clock;

constexpr std::size_t most_printed = 64 * 1024;
constexpr std::size_t most_found = 4 << 20;
constexpr int findings_lost = 113; // an exit code like no other

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

    // Whether not all could be written.
    bool has_lost() const noexcept { return lost_; }

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
            lost_ = lost_ || (written <= 0 && errno != EINTR);
            if (lost_) return;
            at += static_cast<std::size_t>(std::max<ssize_t>(written, 0));
        }
    }

    int fd_;
    bool lost_ = false;
};

// Never returns, nor throws. No destructor of the parent's runs, and none that the provider has registered.
[[noreturn]] void be_child(const check& c, const subject& about, std::uint64_t seed,
                           const std::filesystem::path& scratch, int findings, int printed,
                           stop_signals* stop, pid_t parent) noexcept {
    ::setpgid(0, 0); // with what it starts
    if (stop != nullptr) stop->leave();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(0);
    ::dup2(printed, STDOUT_FILENO);
    ::dup2(printed, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_IGN); // as in a host
    finding_writer sink{findings};
    trial in{about, scratch, seed, sink};
    sink.end(run_here(c, in));
    std::fflush(nullptr); // what the provider has printed
    ::_exit(sink.has_lost() ? findings_lost : 0);
}

std::string what_it_did(const activity_board& board) {
    const auto open = board.open();
    if (open.empty()) return "between two calls of the provider";
    std::string text;
    const auto most = std::min<std::size_t>(open.size(), 4);
    for (std::size_t i = 0; i < most; ++i) text += (i == 0 ? "" : ", ") + open[i];
    if (open.size() > most) text += fmt::format(" and {} more", open.size() - most);
    return legible(text);
}

// The findings that came, whole lines of them. Nothing where there are others than the check's: a provider
// that writes to any descriptor may have hit this one.
std::optional<outcome> read_findings(const std::string& text, bool& ended) {
    outcome made;
    try {
        for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
            const auto line = json::parse(text.substr(at, end - at)).as_object();
            if (const auto* fault = line.if_contains("fault")) {
                made.faults.emplace_back(fault->as_string());
            } else if (const auto* note = line.if_contains("note")) {
                made.notes.emplace_back(note->as_string());
            } else if (const auto what = line.at("end").to_number<int>();
                       ended || what < 0 || what > static_cast<int>(verdict::skipped)) {
                return std::nullopt;
            } else {
                ended = true;
                made.what = static_cast<verdict>(what);
                made.reason = std::string{line.at("reason").as_string()};
            }
        }
    } catch (const std::exception&) { // no JSON, or another one
        return std::nullopt;
    }
    return made;
}

// Keeps what has come up to `most`, and throws the rest away; false once the pipe is closed or empty.
bool read_some(int fd, std::string& to, std::size_t most) {
    std::array<char, 16 * 1024> bytes{};
    const auto n = ::read(fd, bytes.data(), bytes.size());
    if (n <= 0) return false;
    to.append(bytes.data(), std::min(static_cast<std::size_t>(n), most - std::min(most, to.size())));
    return true;
}

struct heard {
    std::string findings;
    std::string printed;
};

enum class reading_ended { with_the_process, with_its_time, with_a_signal };

// Reads both until the process has ended, the time is over, or a signal has come. The pipes' ends say
// nothing: the process may close them and go on, and others may keep them open.
reading_ended read_to_end(const child_process& process, const pipe& findings, const pipe& printed,
                          heard& into, clock::time_point until, stop_signals* stop) {
    std::array<pollfd, 4> open{pollfd{findings.read_end(), POLLIN, 0}, pollfd{printed.read_end(), POLLIN, 0},
                               pollfd{process.descriptor(), POLLIN, 0},
                               pollfd{stop == nullptr ? -1 : stop->descriptor(), POLLIN, 0}};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
        if (left <= 0) return reading_ended::with_its_time;
        if (::poll(open.data(), open.size(), static_cast<int>(left)) < 0) {
            if (errno == EINTR) continue;
            throw std::system_error{errno, std::system_category(), "poll"};
        }
        if (stop != nullptr && stop->came() != 0) return reading_ended::with_a_signal;
        if (open[0].revents != 0 && !read_some(open[0].fd, into.findings, most_found)) open[0].fd = -1;
        if (open[1].revents != 0 && !read_some(open[1].fd, into.printed, most_printed)) open[1].fd = -1;
        if (open[2].revents != 0) return reading_ended::with_the_process;
    }
}

// What is left in the pipe, without waiting: as much as the largest one holds, for whoever is left may go on.
void read_rest(const pipe& from, std::string& to, std::size_t most) {
    constexpr std::size_t largest_pipe = 1 << 20;
    ::fcntl(from.read_end(), F_SETFL, O_NONBLOCK);
    std::string rest;
    while (rest.size() < largest_pipe && read_some(from.read_end(), rest, largest_pipe)) {
    }
    to += rest.substr(0, most - std::min(most, to.size()));
}

std::string fault_of_end(int status, const activity_board& board) {
    if (WIFSIGNALED(status))
        return fmt::format("the process ended with {}; it was {}", signal_name(WTERMSIG(status)),
                           what_it_did(board));
    if (WEXITSTATUS(status) == findings_lost)
        return "it has closed file descriptors that are not its own: what this check has found is lost";
    return fmt::format("the process ended itself with exit code {}; it was {}", WEXITSTATUS(status),
                       what_it_did(board));
}

} // namespace

child_report run_in_child(const check& c, const subject& about, std::uint64_t seed, stop_signals* stop) {
    const scratch_folder scratch;
    auto& board = shared_activity_board();
    board.clear();
    const std::chrono::duration<double> limit = c.time * (about.patience / default_patience);
    back_end_guard guard{about, scratch.path()};
    pipe findings;
    pipe printed;
    const auto began = clock::now();
    std::fflush(nullptr);       // else the child prints it again
    ::signal(SIGCHLD, SIG_DFL); // where it is ignored, nobody learns how a child has ended
    const auto parent = ::getpid();
    const auto id = ::fork();
    if (id < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (id == 0)
        be_child(c, about, seed, scratch.path(), findings.write_end(), printed.write_end(), stop, parent);
    ::setpgid(id, id); // whoever of the two is first: it may be killed before it has run
    child_process process{id};
    findings.close_write();
    printed.close_write();

    heard all;
    const auto why = read_to_end(process, findings, printed, all,
                                 began + std::chrono::duration_cast<clock::duration>(limit), stop);
    process.kill(); // and what it has left behind in its group
    const int status = process.reap();
    read_rest(findings, all.findings, most_found);
    read_rest(printed, all.printed, most_printed);

    child_report made;
    made.printed = std::move(all.printed);
    made.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - began);
    made.stopped = why == reading_ended::with_a_signal;
    bool ended = false;
    const auto found = read_findings(all.findings, ended);
    made.result = found.value_or(outcome{});
    made.result.crashed = !made.stopped && (status != 0 || (found && !ended));
    auto& faults = made.result.faults;
    if (!found)
        faults.emplace_back("it has written to file descriptors that are not its own: what this check has "
                            "found is lost");
    if (why == reading_ended::with_its_time)
        faults.push_back(
            fmt::format("it did not end within {:.3g} s; it was {}. Where nothing hangs and every answer "
                        "takes its time, give more of it with --patience",
                        limit.count(), what_it_did(board)));
    else if (made.result.crashed)
        faults.push_back(fault_of_end(status, board));
    if (auto wrong = guard.bring_back(); !wrong.empty()) {
        faults.push_back(std::move(wrong));
        made.stopped = false; // whoever has stopped it has to know
    }
    if (!faults.empty()) made.result.what = verdict::failed;
    return made;
}

} // namespace edgeconf::check
