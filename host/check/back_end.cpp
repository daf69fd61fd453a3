#include "check/back_end.hpp"

#include "check/prepared_options.hpp"

#include <sys/wait.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace edgeconf::check {
namespace {

// Empty, or how it failed, in words.
std::string run_by_shell(const std::string& command, const std::filesystem::path& scratch) {
    const auto text = "{ " + with_scratch(command, scratch) + "\n} >/dev/null 2>&1 </dev/null";
    const int status = std::system(text.c_str());
    if (status == -1) return "cannot be run";
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
