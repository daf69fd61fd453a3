// The provider's back end, taken away and brought back by the vendor's commands.
#pragma once

#include "check/child_process.hpp"
#include "check/subject.hpp"
#include "check/trial.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace edgeconf::check {

// Whether there are commands to take it away and to bring it back; checks skip without.
bool has_breakable_back_end(const subject& about) noexcept;

// Knows whether a check has left the back end away, also one that ran in a process forked meanwhile, and
// brings it back then. One at a time.
class back_end_guard {
public:
    back_end_guard(const subject& about, std::filesystem::path scratch);
    // As bring_back(), where nobody has asked for it.
    ~back_end_guard();
    back_end_guard(const back_end_guard&) = delete;
    back_end_guard& operator=(const back_end_guard&) = delete;

    // Where it is away. What fails then, in words; empty if nothing does. The command has a minute for it, at
    // the default patience, and is killed with what it has started if that is not enough.
    std::string bring_back();

private:
    const subject& about_;
    std::filesystem::path scratch_;
};

// A process that brings the back end back where this one ends before it has: for a check that runs in here.
class back_end_watcher {
public:
    // Forks. `guard` is the check's.
    explicit back_end_watcher(back_end_guard& guard);

private:
    child_process process_; // killed when the check has come to its end
};

// A shell runs the commands, with `@scratch@` replaced by the check's folder; they may find nothing to do.
// What they print is nobody's. A command that fails is a fault, and ends the check. They have the check's
// time.
class back_end {
public:
    // Skips the check where there is no way to take it away and to bring it back.
    explicit back_end(trial& in);

    // What it does not bring back the guard of the check's process does.
    void take_away();
    void bring_back();

private:
    void expect(std::string_view option, std::string_view command, std::string_view wrong) const;

    trial& in_;
};

} // namespace edgeconf::check
