// What a vendor reads.
#pragma once

#include "check/runner.hpp"

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace edgeconf::check {

// At once. False where it cannot be written, now or before.
bool write(std::FILE* to, const std::string& text);

// A line a check while they run; with `every` also for those that have passed or were not run.
class progress {
public:
    progress(std::FILE* to, bool every) : to_{to}, every_{every} {}
    // False once nothing can be written there any more: its reader is gone.
    bool tell(const checked& done) const;

private:
    std::FILE* to_;
    bool every_;
};

// Every fault with what was expected, why it matters, where to look and how to run it again; then what was
// not checked and why; then the sum. `command` repeats the run, without --only. With `every` each check that
// was not run has a line, and not each failed one that keeps others from it.
std::string summary(const std::vector<checked>& all, std::string_view command, bool every);

// The same as JUnit XML: a testsuite a group; waived and blocked ones are skipped there.
std::string as_junit(const std::vector<checked>& all, std::string_view provider, std::uint64_t seed);

// Whether any check has come to a verdict on the provider.
bool was_anything_run(const std::vector<checked>& all);

// Whether nothing has failed and something was run: a failure that is waived is none.
bool is_sound(const std::vector<checked>& all);

} // namespace edgeconf::check
