#include "check/back_end.hpp"

#include "check/activity.hpp"
#include "check/prepared_options.hpp"
#include "check/shared_memory.hpp"
#include "check/signal_name.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

namespace edgeconf::check {
namespace {

using clock = std::chrono::steady_clock;

// Commands that bring it back may start servers.
constexpr std::chrono::duration<double> longest_mending{60};

// Whether it is away, for the check's process and the one that has forked it.
std::atomic<bool>& is_away() {
    static auto& shared = make_shared_memory<std::atomic<bool>>();
    return shared;
}

enum class group { ours, its_own };

class spawn_attributes {
public:
    explicit spawn_attributes(group g) {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                     (g == group::its_own ? POSIX_SPAWN_SETPGROUP : 0));
    }
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;
    const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

// Empty, or how it failed, in words. In our group it ends when we do; in its own, no Ctrl-C ends it.
std::string run_by_shell(const std::string& command, const std::filesystem::path& scratch, group g,
                         std::chrono::duration<double> most) {
    const auto until = clock::now() + std::chrono::duration_cast<clock::duration>(most);
    auto text = "{ " + with_scratch(command, scratch) + "\n} >/dev/null 2>&1 </dev/null";
    std::string shell{"sh"};
    std::string option{"-c"};
    std::array<char*, 4> argv{shell.data(), option.data(), text.data(), nullptr};
    // What it starts may stay: it is not to inherit signals that are blocked or ignored here.
    const spawn_attributes plain{g};
    pid_t id = 0;
    if (::posix_spawn(&id, "/bin/sh", nullptr, plain.get(), argv.data(), environ) != 0)
        return "cannot be run";
    child_process running{id};
    if (!running.wait_until(until)) return fmt::format("does not end within {:.3g} s", most.count());
    const int status = running.reap();
    if (WIFSIGNALED(status)) return "ends with " + signal_name(WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? std::string{}
                                    : fmt::format("ends with exit code {}", WEXITSTATUS(status));
}

// What it starts stays when the check's group ends.
std::string mend(const subject& about, const std::filesystem::path& scratch) {
    return run_by_shell(about.mend_command, scratch, group::its_own,
                        longest_mending * (about.patience / default_patience));
}

// In a forked process.
[[noreturn]] void watch(pid_t watched, back_end_guard& guard) {
    ::setpgid(0, 0); // no Ctrl-C is for it
    sigset_t end;
    ::sigemptyset(&end);
    ::sigaddset(&end, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &end, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    while (::getppid() == watched) ::sigwaitinfo(&end, nullptr);
    guard.bring_back();
    ::_exit(0);
}

pid_t start_watching(back_end_guard& guard) {
    const auto watched = ::getpid();
    const auto id = ::fork();
    if (id < 0) throw std::system_error{errno, std::system_category(), "fork"};
    if (id == 0) watch(watched, guard);
    return id;
}

} // namespace

bool has_breakable_back_end(const subject& about) noexcept {
    return !about.break_command.empty() && !about.mend_command.empty();
}

back_end_guard::back_end_guard(const subject& about, std::filesystem::path scratch)
    : about_{about}, scratch_{std::move(scratch)} {
    is_away() = false; // mapped here, before a fork
}

back_end_guard::~back_end_guard() {
    try {
        bring_back();
    } catch (const std::exception&) { // no memory for a line of text
    }
}

std::string back_end_guard::bring_back() {
    if (!is_away().exchange(false)) return {};
    std::string wrong;
    try {
        wrong = mend(about_, scratch_);
    } catch (const std::system_error& problem) { // one check's, and not the report's
        wrong = problem.what();
    }
    return wrong.empty() ? wrong
                         : fmt::format("the command given with --mend {}: {}", wrong, about_.mend_command);
}

back_end_watcher::back_end_watcher(back_end_guard& guard) : process_{start_watching(guard)} {}

back_end::back_end(trial& in) : in_{in} {
    if (!has_breakable_back_end(in.about()))
        in.skip("nobody can take the back end away: give commands with --break and --mend");
}

// The check's time is the limit, and whoever has forked it ends all of its group then.
void back_end::take_away() {
    is_away() = true;
    const activity here{"the command given with --break"};
    const auto& command = in_.about().break_command;
    expect("--break", command,
           run_by_shell(command, in_.scratch(), group::ours, std::chrono::hours{24 * 365}));
}

void back_end::bring_back() {
    const activity here{"the command given with --mend"};
    expect("--mend", in_.about().mend_command, mend(in_.about(), in_.scratch()));
    is_away() = false;
}

void back_end::expect(std::string_view option, std::string_view command, std::string_view wrong) const {
    if (!wrong.empty()) in_.give_up("the command given with {} {}: {}", option, wrong, command);
}

} // namespace edgeconf::check
