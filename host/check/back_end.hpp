// The provider's back end, taken away and brought back by the vendor's commands.
#pragma once

#include "check/subject.hpp"
#include "check/trial.hpp"

#include <filesystem>

namespace edgeconf::check {

// Whether there are commands to take it away and to bring it back; checks skip without.
bool has_breakable_back_end(const subject& about) noexcept;

// Brings it back where there is a command for it, whatever comes of that: after a check that has not come
// to its end.
void mend_back_end(const subject& about, const std::filesystem::path& scratch) noexcept;

// A shell runs the commands, with `@scratch@` replaced by the check's folder; they may find nothing to do.
// What they print is nobody's. A command that fails is a fault, and ends the check.
class back_end {
public:
    // Skips the check where there is no way to take it away and to bring it back.
    explicit back_end(trial& in);
    // Brings it back.
    ~back_end();
    back_end(const back_end&) = delete;
    back_end& operator=(const back_end&) = delete;

    void take_away();
    void bring_back();

private:
    trial& in_;
    bool away_ = false;
};

} // namespace edgeconf::check
