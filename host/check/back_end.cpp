#include "check/back_end.hpp"

#include "check/prepared_options.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

namespace edgeconf::check {
namespace {

class spawn_attributes {
public:
    spawn_attributes() {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;
    const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

// Empty, or how it failed, in words.
std::string run_by_shell(const std::string& command, const std::filesystem::path& scratch) {
    auto text = "{ " + with_scratch(command, scratch) + "\n} >/dev/null 2>&1 </dev/null";
    std::string shell{"sh"};
    std::string option{"-c"};
    std::array<char*, 4> argv{shell.data(), option.data(), text.data(), nullptr};
    // What it starts may stay: it is not to inherit signals that are blocked or ignored here.
    spawn_attributes plain;
    pid_t id = 0;
    int status = 0;
    if (::posix_spawn(&id, "/bin/sh", nullptr, plain.get(), argv.data(), environ) != 0)
        return "cannot be run";
    while (::waitpid(id, &status, 0) < 0)
        if (errno != EINTR) return "cannot be waited for";
    if (WIFSIGNALED(status)) return fmt::format("ends with signal {}", WTERMSIG(status));
    return WEXITSTATUS(status) == 0 ? std::string{}
                                    : fmt::format("ends with exit code {}", WEXITSTATUS(status));
}

void run_or_give_up(trial& in, std::string_view option, const std::string& command) {
    if (const auto wrong = run_by_shell(command, in.scratch()); !wrong.empty())
        in.give_up("the command given with {} {}: {}", option, wrong, command);
}

} // namespace

bool has_breakable_back_end(const subject& about) noexcept {
    return !about.break_command.empty() && !about.mend_command.empty();
}

void mend_back_end(const subject& about, const std::filesystem::path& scratch) noexcept {
    try {
        if (!about.mend_command.empty()) run_by_shell(about.mend_command, scratch);
    } catch (const std::exception&) { // no memory for a line of text
    }
}

back_end::back_end(trial& in) : in_{in} {
    if (!has_breakable_back_end(in.about()))
        in.skip("nobody can take the back end away: give commands with --break and --mend");
}

back_end::~back_end() {
    if (away_) mend_back_end(in_.about(), in_.scratch());
}

void back_end::take_away() {
    away_ = true;
    run_or_give_up(in_, "--break", in_.about().break_command);
}

void back_end::bring_back() {
    away_ = false;
    run_or_give_up(in_, "--mend", in_.about().mend_command);
}

} // namespace edgeconf::check
