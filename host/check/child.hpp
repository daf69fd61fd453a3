// A check in a process of its own: whatever a provider does there is a result.
#pragma once

#include "check/check.hpp"
#include "check/subject.hpp"
#include "check/trial.hpp"

#include <cstdint>
#include <string>

namespace edgeconf::check {

struct child_report {
    outcome result;
    std::string printed; // what came on standard output and standard error, as far as it ended by itself
    std::chrono::milliseconds took{0};
};

// Forks, runs the check with an empty scratch folder, and waits for its end. A crash, an exit and a hang
// are faults that name what the process was doing. The caller has one thread. Throws
// std::system_error where the machine cannot do it.
child_report run_in_child(const check& c, const subject& about, std::uint64_t seed);

} // namespace edgeconf::check
