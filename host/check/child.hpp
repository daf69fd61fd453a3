// A check in a process of its own: whatever a provider does there is a result.
#pragma once

#include "check/check.hpp"
#include "check/stop_signals.hpp"
#include "check/subject.hpp"
#include "check/trial.hpp"

#include <cstdint>
#include <string>

namespace edgeconf::check {

struct child_report {
    outcome result;
    std::string printed; // what came on standard output and standard error, the first 64 KiB of it
    std::chrono::milliseconds took{0};
    bool stopped = false; // by a signal to this process: the check has found out nothing
};

// Forks, runs the check with an empty scratch folder, and waits for its end. A crash, an exit and a hang
// are faults that name what the process was doing. Whatever comes, it is gone afterwards with the processes
// of its group, the back end is there and the folder is not: also where `stop`, which may be null, has seen a
// signal. The caller has one thread. Throws std::system_error where the machine cannot do it.
child_report run_in_child(const check& c, const subject& about, std::uint64_t seed, stop_signals* stop);

} // namespace edgeconf::check
